import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { sql } from '../../../src/tasks/sql.ts'
import { allPrograms } from '../../support/postgres.ts'
import { drive } from './drive.ts'
import { places, withPlaces } from './places.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const megabyte = 1_000_000
const [npms] = await allPrograms()
if (npms === undefined) throw new Error('There is no PostgreSQL.')

describe('a batch of many rows', () => {
  const world = withPlaces(npms)

  it('needs no more memory at its end than when it had begun', async () => {
    await world.fill(2_000_000)
    const used: number[] = []
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 100 },
      // it is the slices that are many here, and not their work
      statement: (slice) => sql`select from places where ${slice} limit 1`,
      tell: ({ rows }) => {
        if (rows < (used.length + 1) * 500_000) return
        collect()
        used.push(process.memoryUsage().heapUsed)
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 2_000_000, slices: 20_000 } })
    const [early = 0, ...later] = used
    expect(later.length).toBeGreaterThan(1)
    for (const bytes of later) expect(bytes - early).toBeLessThan(3 * megabyte)
  }, 300_000)

  it('has its first slice at work within a second, also when its filter matches late', async () => {
    await world.fill(3_000_000)
    await world.database.rows('analyze places')
    const begun = performance.now()
    let firstMs = 0
    await drive({
      ...{
        url: world.database.url,
        source: { ...places, where: sql`applied = ${0} and id > ${2_990_000}` },
        canary: 1,
      },
      process: () => {
        firstMs ||= performance.now() - begun
      },
    })
    expect(firstMs).toBeGreaterThan(0)
    expect(firstMs).toBeLessThan(3_000) // a second, on a machine that does nothing else
  }, 120_000)
})
