import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sql } from '../../../src/tasks/sql.ts'
import { allPrograms } from '../../support/postgres.ts'
import { drive } from './drive.ts'
import { increment, incrementRows, places, withPlaces } from './places.ts'

describe.each(await allPrograms())('PostgreSQL $version: a batch', (programs) => {
  const world = withPlaces(programs)
  const bad = [7, 130, 131, 400]
  const isBad = (id: unknown) => bad.includes(Number(id))
  const limits = { tries: 2 }
  const buriedKeys = async () =>
    (await world.database.desk.buried('batch-1', 50)).map(({ key }) => Number(key[0])).sort((a, b) => a - b)

  it('buries exactly the rows that its handler can’t do, and does the rest', async () => {
    await world.fill(400)
    let calls = 0
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 50, limits },
      process: async (context) => {
        calls += 1
        await incrementRows(context)
        const row = context.rows.find(({ id }) => isBad(id))
        if (row !== undefined) throw new Error(`place ${row.id} is bad`)
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 396, buried: 4 } })
    expect(await world.applied()).toEqual([
      [0, 4],
      [1, 396],
    ])
    expect(await buriedKeys()).toEqual(bad)
    for (const { key, error, tries } of await world.database.desk.buried('batch-1', 9)) {
      expect([error, tries]).toEqual([`place ${key[0]} is bad`, 2])
    }
    // 8 slices, and for each of three that are bad: a second try, and two halves on six levels
    expect(calls).toBeLessThan(8 + 3 + 4 * 2 * 6)
  })

  it('buries exactly the rows that its statement can’t do', async () => {
    await world.fill(400)
    await world.database.rows(`create function check_place(int) returns int language plpgsql as
      'begin if $1 = any (array[${bad.join(',')}]) then raise exception ''place % is bad'', $1; end if; return 1; end'`)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 50, limits },
      statement: (slice) => sql`update places set applied = applied + check_place(id) where ${slice}`,
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 396, buried: 4 } })
    expect(await world.applied()).toEqual([
      [0, 4],
      [1, 396],
    ])
    expect(await buriedKeys()).toEqual(bad)
    expect(await world.database.desk.replay('batch-1')).toBe(4)
    await world.database.rows(
      `create or replace function check_place(int) returns int language sql as 'select 1'`,
    )
    const again = await drive({
      ...{ url: world.database.url, source: places, rows: 50, limits },
      statement: (slice) => sql`update places set applied = applied + check_place(id) where ${slice}`,
    })
    expect(again.end).toMatchObject({ state: 'finished', tally: { rows: 400, buried: 0 } })
    expect(await world.applied()).toEqual([[1, 400]])
  })

  it('ends when more rows are buried than it allows', async () => {
    await world.fill(40)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 5, limits: { tries: 1, buried: '5%' } },
      process: () => {
        throw new Error('all are bad')
      },
    })
    expect(end).toMatchObject({
      state: 'failed',
      why: expect.stringMatching(/^\d+ rows are buried, and its limit is 5%$/),
    })
    expect(await world.applied()).toEqual([[0, 40]])
  })

  it('rests after a canary whose rows are all bad', async () => {
    await world.fill(20)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 1, canary: 2, limits: { tries: 1 } },
      process: () => {
        throw new Error('all are bad')
      },
    })
    expect(end).toMatchObject({ state: 'paused', tally: { buried: 2, slices: 0 } })
  })

  it('does a canary of so many slices, and the rest when it goes on', async () => {
    await world.fill(100)
    const { end } = await drive({ url: world.database.url, source: places, canary: 3, statement: increment })
    expect(end).toMatchObject({ state: 'paused', tally: { rows: 30, slices: 3 } })
    await drive({ url: world.database.url, source: places, statement: increment })
    expect(await world.applied()).toEqual([[1, 100]])
  })

  it('halves what takes too long, and buries nothing that has the time it needs', async () => {
    await world.fill(40)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 20, limits: { sliceMs: 2_500 } },
      statement: (slice) => sql`
        update places set applied = applied + 1 where ${slice} and (select count(*) from (select pg_sleep(0.14) where id > 0) s) = 1`,
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 40, buried: 0 } })
    expect((end as { tally: { slices: number } }).tally.slices).toBe(4)
    expect(await world.applied()).toEqual([[1, 40]])
  })

  it('is not stopped by a handler that swallows a statement’s error', async () => {
    await world.fill(40)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 10, limits },
      process: async (context) => {
        await incrementRows(context)
        if (context.rows.some(({ id }) => id === 7)) await context.tx.query('select 1 / 0').catch(() => {})
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 39, buried: 1 } })
    expect(await world.applied()).toEqual([
      [0, 1],
      [1, 39],
    ])
  })

  it('fails when its handler ends the transaction itself', async () => {
    await world.fill(40)
    const { end } = await drive({
      ...{ url: world.database.url, source: places, workers: 1 },
      process: async ({ tx }) => {
        await tx.query('commit')
      },
    })
    expect(end).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('ended the slice’s transaction'.replace('’', "'")),
    })
  })

  it('lets a handler undo a part of what it did', async () => {
    await world.fill(20)
    const { end } = await drive({
      ...{ url: world.database.url, source: places },
      process: async (context) => {
        await incrementRows(context)
        await context.tx.query('savepoint part')
        await context.tx.query('select 1 / 0').catch(() => {})
        await context.tx.query('rollback to savepoint part')
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 20 } })
    expect(await world.applied()).toEqual([[1, 20]])
  })

  it('gives up on a handler that does not come back, and refuses what it does later', async () => {
    await world.fill(10)
    let late: Promise<unknown> | undefined
    await expect(
      drive({
        ...{ url: world.database.url, source: places, workers: 1, limits: { sliceMs: 200 } },
        process: async (context) => {
          await incrementRows(context)
          late = sleep(4_000).then(() => context.tx.query('update places set applied = 99'))
          late.catch(() => {})
          await late
        },
      }),
    ).rejects.toMatchObject({ name: 'HandlerHung' })
    await expect(late).rejects.toThrow()
    expect(await world.applied()).toEqual([[0, 10]])
  })

  it('knows a row by one text, in every try and half, and never has it in two slices at once', async () => {
    await world.database.rows(
      'create table moments (at timestamptz primary key, applied int not null default 0)',
    )
    // closer to one another than JavaScript's dates can tell
    await world.database.rows(
      `insert into moments select '2026-01-01'::timestamptz + n * interval '1 us' from generate_series(1, 60) n`,
    )
    const [keys, atWork] = [new Map<string, number>(), new Set<string>()]
    let tries = 0
    const { end } = await drive({
      ...{ url: world.database.url, source: { table: 'moments', key: ['at'] }, rows: 20, workers: 3, limits },
      process: async ({ rows, idempotencyKey }) => {
        tries += 1
        const mine = rows.map((row) => idempotencyKey({ ...row }))
        expect(new Set(mine).size).toBe(rows.length)
        for (const key of mine) {
          expect(atWork.has(key)).toBe(false)
          atWork.add(key)
          keys.set(key, (keys.get(key) ?? 0) + 1)
        }
        await sleep(5)
        for (const key of mine) atWork.delete(key)
        if (tries < 20) throw new Error('not yet')
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { buried: 0 } })
    expect(keys.size).toBe(60)
    expect(Math.max(...keys.values())).toBeGreaterThan(2)
  })
})
