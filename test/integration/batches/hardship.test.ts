import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import { sql } from '../../../src/tasks/sql.ts'
import { allPrograms } from '../../support/postgres.ts'
import { startPostgresProxy } from '../../support/postgres-proxy.ts'
import { until } from '../../support/until.ts'
import { type Drive, drive } from './drive.ts'
import { increment, incrementRows, places, withPlaces } from './places.ts'

describe.each(await allPrograms())('PostgreSQL $version: a batch', (programs) => {
  const world = withPlaces(programs)
  const everyway: [
    string,
    Pick<Drive & { statement: unknown }, 'statement'> | { process: typeof incrementRows },
  ][] = [
    ['in SQL', { statement: increment }],
    ['in code', { process: incrementRows }],
  ]
  const done = { state: 'finished', tally: { buried: 0 } }
  const kick = () =>
    world.database.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'purser%'`,
    )

  describe.each(everyway)('%s', (_, work) => {
    const run = (options: Partial<Drive> = {}) =>
      drive({ url: world.database.url, source: places, rows: 5, ...work, ...options } as Drive)

    it('[20] waits for rows that somebody has locked, and buries none of them', async () => {
      await world.fill(40)
      await using locker = await connect(world.database.url)
      await locker.query('begin')
      await locker.query('select from places where id in (7, 33) for update')
      let [met, isFree] = [0, false]
      const { end } = await run({
        rows: 2,
        limits: { sliceMs: 200, tries: 2 },
        tell: ({ error }) => {
          if (error?.includes('lock timeout') === true) met += 1
          if (met < 12 || isFree) return
          isFree = true
          void locker.query('commit')
        },
      })
      expect(end).toMatchObject(done)
      expect(await world.applied()).toEqual([[1, 40]])
    })

    it('[20] waits while the database is read-only', async () => {
      await world.fill(4_000)
      await run({ canary: 2 })
      const { database } = world.database.client
      let [said, isBack] = [0, false]
      const readOnly = async () => {
        await world.server.query(`alter database ${database} set default_transaction_read_only = on`)
        await kick()
      }
      let isOn = false
      const hear = (what: string | undefined) => {
        if (what?.includes('read-only') === true) said += 1
        if (said < 3 || isBack) return
        isBack = true
        void world.server.query(`alter database ${database} reset default_transaction_read_only`).then(kick)
      }
      const { end } = await run({
        say: hear,
        tell: (_, waiting) => {
          // a lead that can't begin fails: it has begun by now
          if (!isOn) void readOnly()
          isOn = true
          hear(waiting)
        },
      })
      expect(end).toMatchObject(done)
      expect(said).toBeGreaterThan(2)
      expect(await world.applied()).toEqual([[1, 4_000]])
    })

    it('[21] waits while the disk is full, and asks less often', async () => {
      await world.fill(40)
      await world.database.rows('create table disk as select true as is_full')
      await world.database.rows(`create function fill_disk() returns trigger language plpgsql as $$
        begin if (select is_full from disk) then raise exception 'no space left on device' using errcode = '53100'; end if; return new; end $$`)
      await world.database.rows(
        'create trigger fill before update on places for each row execute function fill_disk()',
      )
      let said = 0
      const { end, waited } = await run({
        workers: 1,
        say: (what) => {
          if (what?.includes('no space') === true) said += 1
          if (said === 3) void world.database.rows('update disk set is_full = false')
        },
      })
      expect(end).toMatchObject(done)
      // it waits at least a second more for the third answer, and less often than every slice is tried
      expect(waited.filter((what) => what.includes('no space')).length).toBeLessThan(8)
      expect(await world.applied()).toEqual([[1, 40]])
    })

    it('goes on when sessions are ended, again and again', async () => {
      await world.fill(600)
      let [isOver, isLed, kicks] = [false, false, 0]
      const going = run({
        tell: () => {
          isLed = true
        },
      }).finally(() => {
        isOver = true
      })
      // a batch that can't begin fails, and this one is to go on
      await until(() => isLed || isOver)
      while (!isOver) {
        await kick()
        kicks += 1
        const { rows } = (await world.database.desk.tally('batch-1')) ?? { rows: 0 }
        // the next one only once something was done, or it would never be
        await until(
          async () => isOver || ((await world.database.desk.tally('batch-1'))?.rows ?? 0) > rows + 20,
        )
      }
      expect((await going).end).toMatchObject(done)
      expect(kicks).toBeGreaterThan(3)
      expect(await world.applied()).toEqual([[1, 600]])
    })

    it('goes on when the server is started anew, in order or after a crash', async () => {
      await world.fill(4_000)
      let rows = 0
      const going = run({
        tell: (tally) => {
          rows = tally.rows
        },
      })
      for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
        const before = rows
        await until(() => rows > before)
        await world.server.stop(signal)
        await world.server.start()
      }
      expect((await going).end).toMatchObject(done)
      await using fresh = await connect(world.database.url)
      expect((await fresh.query('select applied, count(*)::int as n from places group by 1')).rows).toEqual([
        { applied: 1, n: 4_000 },
      ])
    })

    it.each([
      ['in SQL', /purser_effect/],
      ['in code', /^commit/i],
      ['in any way', /purser_claim/],
      ['in any way', /purser_fail|purser_give_back|purser_checkpoint/],
    ])('knows what became of it when the answer is lost: %s, %s', async (_, of) => {
      await world.fill(60)
      await using proxy = await startPostgresProxy(world.server.port)
      const workerUrl = world.database.url.replace(`:${world.server.port}/`, `:${proxy.port}/`)
      const again = () => {
        proxy.arm({ when: 'before reply', of }, () => {
          cuts += 1
          again()
          return cuts % 3 === 1 && cuts < 30 ? 'cut' : 'pass'
        })
      }
      let cuts = 0
      again()
      expect((await run({ workerUrl, limits: { leaseMs: 2_000 } })).end).toMatchObject(done)
      expect(await world.applied()).toEqual([[1, 60]])
    })
  })

  it.each([/purser_extend/, /purser_tally|purser_low/, /set state = /])(
    'is led on when the answer to its lead is lost: %s',
    async (of) => {
      await world.fill(200)
      await using proxy = await startPostgresProxy(world.server.port)
      const url = world.database.url.replace(`:${world.server.port}/`, `:${proxy.port}/`)
      let cuts = 0
      const again = () => {
        proxy.arm({ when: 'before reply', of }, () => {
          cuts += 1
          again()
          return cuts % 2 === 1 ? 'cut' : 'pass'
        })
      }
      again()
      const options = { url, workerUrl: world.database.url, source: places, rows: 5, statement: increment }
      const canary = await drive({ ...options, canary: 4 })
      expect(canary.end).toMatchObject({ state: 'paused', tally: { slices: 4, rows: 20 } })
      expect((await drive(options)).end).toMatchObject(done)
      expect(cuts).toBeGreaterThan(0)
      expect(await world.applied()).toEqual([[1, 200]])
    },
  )

  it('gives back untried what a claim took whose answer was lost', async () => {
    await world.fill(10)
    await using proxy = await startPostgresProxy(world.server.port)
    const url = world.database.url.replace(`:${world.server.port}/`, `:${proxy.port}/`)
    await using ledger = new PostgresSliceLedger(world.database.url)
    await using working = new PostgresSliceLedger(url)
    const plan = { task: '', definition: '', parameters: {}, source: places, leaseMs: 30_000 }
    await using lead = await ledger.begin({ id: 'batch-1', ...plan })
    await lead.extend(2, 5)
    await using shop = await working.open({ batch: 'batch-1', worker: 'one', ...plan, sliceMs: 30_000 })
    proxy.arm({ when: 'before reply', of: /purser_claim/ }, () => 'cut')
    await expect(shop.claim(2, true)).rejects.toThrow()
    expect(await lead.tally()).toMatchObject({ claimed: 2 })
    expect(await shop.claim(1, true)).toMatchObject([{ slice: 1, tries: 0 }])
    expect(await lead.tally()).toMatchObject({ claimed: 1, waiting: 1 })
  })

  it('[20] goes on after deadlocks', async () => {
    await world.fill(80)
    await world.server.query(`alter database ${world.database.client.database} set deadlock_timeout = '20ms'`)
    await world.database.rows('create table totals (id int primary key, n int)')
    await world.database.rows('insert into totals values (1, 0), (2, 0)')
    const { end } = await drive({
      ...{ url: world.database.url, source: places, rows: 2, workers: 3 },
      process: async (context) => {
        const order = Number(context.rows[0]?.id) % 4 === 1 ? [1, 2] : [2, 1]
        await incrementRows(context)
        for (const id of order)
          await context.tx.query('update totals set n = n + $1 where id = $2', [context.rows.length, id])
      },
    })
    expect(end).toMatchObject(done)
    expect(await world.applied()).toEqual([[1, 80]])
    expect(await world.database.rows('select n from totals')).toEqual([{ n: 80 }, { n: 80 }])
  })

  it('keeps to itself what the app’s role has set', async () => {
    await world.fill(200)
    const { database } = world.database.client
    for (const setting of [
      ...[
        `default_transaction_isolation = 'serializable'`,
        `lock_timeout = '50ms'`,
        `statement_timeout = '400ms'`,
      ],
      ...[
        `idle_in_transaction_session_timeout = '100ms'`,
        `search_path = 'nowhere'`,
        `datestyle = 'SQL, DMY'`,
      ],
    ]) {
      await world.server.query(`alter database ${database} set ${setting}`)
    }
    const { end } = await drive({
      ...{ url: world.database.url, source: { ...places, table: 'public.places' }, rows: 5, workers: 3 },
      process: async ({ rows, tx }) => {
        await tx.query('update public.places set applied = applied + 1 where id = any($1)', [
          rows.map(({ id }) => id),
        ])
        if (rows[0]?.id === 1) await new Promise((resolve) => setTimeout(resolve, 90 * 2))
      },
    })
    expect(end).toMatchObject(done)
    expect(await world.applied()).toEqual([[1, 200]])
  })

  it('is not stopped by changes to its rows while a slice waits for them', async () => {
    await world.fill(20)
    await using other = await connect(world.database.url)
    await other.query('begin')
    await other.query('update places set applied = applied + 10 where id = 3')
    const going = drive({ url: world.database.url, source: places, workers: 1, statement: increment })
    await until(
      async () =>
        (
          await world.database.rows(
            `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
          )
        ).length > 0,
    )
    await other.query('commit')
    expect((await going).end).toMatchObject(done)
    expect(await world.applied()).toEqual([
      [1, 19],
      [11, 1],
    ])
  })

  describe('of a role', () => {
    const url = () => world.database.url.replace('postgres:secret@', 'clerk:clerk@')
    const asClerk = () => drive({ url: url(), source: places, statement: increment })
    const code = () =>
      asClerk().then(
        () => 'none',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      )

    it('that may not make its tables says so, and what its remedy says is enough', async () => {
      await world.fill(20)
      await world.server.query(
        `do $$ begin create role clerk login password 'clerk'; exception when duplicate_object then end $$`,
      )
      await world.database.rows('grant select, update on places to clerk')
      expect(await code()).toBe('BATCH_TABLES_MISSING')
      await world.database.rows('create schema purser')
      expect(await code()).toBe('BATCH_TABLES_MISSING')
      await world.database.rows('drop schema purser')
      await world.database.rows('create schema purser authorization clerk')
      expect((await asClerk()).end).toMatchObject(done)
      expect(await world.applied()).toEqual([[1, 20]])
    })

    it('that may not change the rows fails at once', async () => {
      await world.fill(20)
      await world.server.query(
        `do $$ begin create role clerk login password 'clerk'; exception when duplicate_object then end $$`,
      )
      await world.database.rows('grant select on places to clerk')
      await world.database.rows('create schema purser authorization clerk')
      expect((await asClerk()).end).toMatchObject({
        state: 'failed',
        why: expect.stringContaining('permission denied'),
      })
    })
  })

  it('of which nobody knows the tables yet is in no list', async () => {
    await using ledger = new PostgresSliceLedger(world.database.url)
    expect(await ledger.openBatches()).toEqual([])
    expect(await world.database.desk.tally('batch-1')).toBeUndefined()
    expect(await world.database.desk.buried('batch-1', 1)).toEqual([])
    expect(await ledger.query(sql`select ${1}::int as n`)).toEqual([{ n: 1 }])
  })
})

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
