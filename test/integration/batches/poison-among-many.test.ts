import { describe, expect, it } from 'vitest'
import { sql } from '../../../src/tasks/sql.ts'
import { allPrograms } from '../../support/postgres.ts'
import { drive } from './drive.ts'
import { places, withPlaces } from './places.ts'

const rows = 1_000_000
const sliceRows = 1_000
// at both ends, side by side, at both sides of a slice's bound, and several in one slice
const poison = [1, 2, 77_777, 300_500, 300_501, 300_999, 499_000, 499_001, 745_123, rows]
const tries = 2

const [programs] = await allPrograms()
if (programs === undefined) throw new Error('There is no PostgreSQL.')

describe('ten rows that can’t be done among a million', () => {
  const world = withPlaces(programs)

  it('are buried, each with its key and error, and all others are done once', async () => {
    await world.fill(rows)
    await world.database.rows(`create function check_place(int) returns int language plpgsql immutable as
      'begin if $1 = any (array[${poison.join(',')}]) then raise exception ''place % is bad'', $1; end if; return 1; end'`)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: sliceRows, limits: { tries } },
      statement: (slice) => sql`update places set applied = applied + check_place(id) where ${slice}`,
    })
    const done = rows - poison.length
    expect(end).toMatchObject({ state: 'finished', tally: { rows: done, buried: poison.length } })
    expect(await world.applied()).toEqual([
      [0, poison.length],
      [1, done],
    ])
    const undone = await world.database.rows('select id from places where applied = 0 order by id')
    expect(undone).toEqual(poison.map((id) => ({ id })))
    const buried = await world.database.desk.buried('batch-1', poison.length + 1)
    const told = buried.map(({ key: [id], error, tries }) => ({ id: Number(id), error, tries }))
    expect(told.sort((a, b) => a.id - b.id)).toEqual(
      poison.map((id) => ({ id, error: `place ${id} is bad`, tries })),
    )
  }, 180_000)
})
