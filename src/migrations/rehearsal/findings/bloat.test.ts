import { expect, it } from 'vitest'
import {
  content,
  evidence,
  inShort,
  measured,
  statement,
  strict,
  work,
} from '../../../../test/corpus/hand-written.ts'
import { bloat } from './bloat.ts'

const update = (updated: number, transaction = 1) =>
  statement({ tag: 'UPDATE', transaction, tables: { 'public.users': work({ updated }) } })

function seen(statements: readonly ReturnType<typeof update>[], rows = 1_000, policy = strict) {
  return inShort(
    bloat(evidence({ statements, contentBefore: new Map([['public.users', content(rows)]]) }), policy),
  )
}

it('is most rows of a large table before one commit', () => {
  expect(seen([update(950)])).toEqual(['fails bloat public.users'])
  expect(seen([update(300), update(300)])).toEqual(['fails bloat public.users'])
  expect(seen([update(300), update(300, 2)])).toEqual([])
  expect(seen([update(1_000_000)], 50_000_000)).toEqual(['fails bloat public.users'])
})

it('is not a small table', () => expect(seen([update(999)], 999)).toEqual([]))

it('is only noted of a table that really has no more rows', () => {
  expect(seen([update(20_000)], 20_000, measured)).toEqual(['notes bloat public.users'])
  expect(seen([update(200_000)], 200_000, measured)).toEqual(['fails bloat public.users'])
})
