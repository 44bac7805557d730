import { describe, expect, it } from 'vitest'
import type { SliceClaim } from '../../../runs/slice.ts'
import { sql } from '../../../tasks/sql.ts'
import { PerSlice, render } from './render.ts'
import { fitsSeries } from './series.ts'

const batch = new PerSlice('own', (claim) => claim.batch)
const lower = new PerSlice('data', (claim) => claim.lower?.[0])
const upper = new PerSlice('data', (claim) => claim.upper[0])

const claimOf = (from: string | undefined, to: string) =>
  ({
    batch: 'k3m9q-2x7vd',
    ...(from === undefined ? {} : { lower: [from] }),
    upper: [to],
  }) as unknown as SliceClaim

/** Of a statement with this value of its task's. */
const fits = (claim: SliceClaim, value: unknown = 1) =>
  fitsSeries(
    render(sql`update t set a = ${value} where id > ${lower} and id <= ${upper} and ${batch} is not null`),
    claim,
  )

describe('a slice goes to the database with others', () => {
  it.each([
    ['whole numbers', '-12', '9223372036854775807'],
    ['decimals', '0.50', '12.75'],
    ['dates', '2026-01-01', '2026-12-31'],
    ['times', '2026-01-01 00:00:00+00', '2026-01-01T12:30:00.123456+05:30'],
    ['UUIDs', '00000000-0000-0000-0000-000000000000', 'F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6'],
  ])('where its bounds are %s', (_, from, to) => {
    expect(fits(claimOf(from, to))).toBe(true)
  })

  it.each([
    ['names', 'Ada', 'Grace'],
    ['addresses', 'a@example.org', 'b@example.org'],
    ['digests', '0123456789abcdef', 'fedcba9876543210'],
    ['what is quoted', "1'", "2'"],
    ['what can not be sent', '1\0', '2\0'],
    ['lines', '1\n', '2\n'],
    ['long', '1'.repeat(65), '2'.repeat(65)],
  ])('and not where they are %s', (_, from, to) => {
    expect(fits(claimOf(from, to))).toBe(false)
  })

  it('and not where there is none below it', () => {
    expect(fits(claimOf(undefined, '7'))).toBe(false)
  })

  it.each([[7], [7n], [0.5], [true], [null], [undefined]])('with the task’s own %s', (value) => {
    expect(fits(claimOf('1', '2'), value)).toBe(true)
  })

  it.each([['a-secret'], ['7'], [['7']], [Buffer.from('7')], [new Date(0)], [{ a: 1 }]])(
    'and not with its %j',
    (value) => {
      expect(fits(claimOf('1', '2'), value)).toBe(false)
    },
  )
})
