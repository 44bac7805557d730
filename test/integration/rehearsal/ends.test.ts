import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Migrate } from '../../../src/migrations/rehearsal/stage.ts'
import { type PassName, passNames } from '../../../src/runs/rehearsal.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { programsWithDump } from '../clone/stage.ts'
import { openProduction } from './production.ts'
import { psql, script } from './tools.ts'

const setup = `
  create table parents (id int primary key, n int); create table children (id int primary key, parent int references parents);
  insert into parents values (1, 1); insert into children values (1, 1);`
const up = `
  begin; alter table parents add a int; alter table children add a int; commit;
  create index concurrently by_a on parents (a);`
const down = `drop index by_a; alter table children drop a; alter table parents drop a;`

/** By what each pass begins to speak of itself. */
const sentences: Readonly<Record<PassName, string>> = {
  trace: 'The migration is run on a clone',
  compat: 'What clients have sent',
  timing: 'It is run unwatched',
  twice: 'It is run again',
  dying: 'It is killed in "',
  undo: 'It is run, rows are written',
  crowd: 'It is run among others',
}

describe('a rehearsal', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs: await programsWithDump() })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.each(passNames)(
    'that is aborted in the %s pass ends, and leaves no clone and no session',
    async (pass) => {
      await using production = await openProduction(server, setup)
      const aborting = new AbortController()
      let isDue = false
      const migrate: Migrate = (url, signal) => {
        const running = psql(`select pg_sleep(${isDue ? 30 : 0}); ${up}`)(url, signal)
        if (isDue) void untilAsleep(server).then(() => aborting.abort(new Error('Enough.')))
        return running
      }
      const rehearsing = production.rehearse(migrate, {
        ...{ passes: [pass], undo: psql(down), signal: aborting.signal },
        clients: [{ text: 'select pg_sleep(30)', calls: 1 }],
        say: (sentence) => {
          if (!sentence.startsWith(sentences[pass])) return
          isDue = true
          if (pass === 'compat') void untilAsleep(server).then(() => aborting.abort(new Error('Enough.')))
        },
      })
      await expect(rehearsing).rejects.toThrow('Enough.')
      expect(await production.clones()).toEqual([])
      await until(async () => (await sessionsOf(server)).length === 0)
    },
  )

  it('whose migrator is killed is none', async () => {
    await using production = await openProduction(server, setup)
    const { verdict, gaps, resultOf } = await production.rehearse(
      script(`
        const client = new pg.Client({ connectionString: url }); await client.connect()
        await client.query('create table half ()'); await client.query('begin; drop table children')
        process.kill(process.pid, 'SIGKILL')`),
    )
    expect(verdict).toBe('not-rehearsed')
    expect(gaps).toContain('Its command was ended from outside (SIGKILL).')
    expect(resultOf('timing')).toBeUndefined()
    expect(await production.clones()).toEqual([])
  })

  it('whose migrator is killed in another pass than the first is none', async () => {
    await using production = await openProduction(server, setup)
    let runs = 0
    const { verdict, resultOf } = await production.rehearse(
      (url, signal) => {
        runs += 1
        return script(`
          const client = new pg.Client({ connectionString: url }); await client.connect()
          await client.query('create table if not exists new ()')
          if (${runs} === 2) process.kill(process.pid, 'SIGKILL')
          await client.end()`)(url, signal)
      },
      { passes: ['twice'] },
    )
    expect(resultOf('twice')).toMatchObject({
      result: 'failed',
      why: 'Its command was ended by SIGKILL this time.',
    })
    expect(verdict).toBe('not-rehearsed')
  })
})

describe('a rehearsal whose server is killed', () => {
  it.each<PassName>(['trace', 'timing', 'dying', 'crowd'])(
    'in the %s pass is none, and ends',
    async (pass) => {
      await using server = await startPostgres('p', { programs: await programsWithDump() })
      const production = await openProduction(server, setup)
      const said: string[] = []
      let isDue = false
      const { verdict, gaps, resultOf } = await production.rehearse(
        async (url, signal) => {
          // goes on for as long as it takes, whatever happens
          const running = isDue ? tireless(url, signal) : psql(`set lock_timeout = '1s'; ${up}`)(url, signal)
          if (isDue) await untilAsleep(server).then(() => server.stop('SIGQUIT'))
          return await running
        },
        {
          passes: [pass],
          say: (sentence) => {
            said.push(sentence)
            isDue ||= sentence.startsWith(sentences[pass])
          },
        },
      )
      expect(resultOf(pass)).toMatchObject({ result: 'failed' })
      expect(verdict).not.toBe('pass')
      if (pass === 'trace') {
        expect(verdict).toBe('not-rehearsed')
        expect(gaps).toContain(
          "The trace pass could not be played: The clone's server does not answer any more.",
        )
      }
      expect(said.join()).toContain('could not be dropped')
      await server.start()
    },
  )
})

const tireless = script(`
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try { await client.connect(); await client.query('select pg_sleep(30)') } catch {}
  }`)

async function untilAsleep(server: Postgres): Promise<void> {
  await until(async () =>
    (await sessionsOf(server)).some(({ query }) => String(query).includes('pg_sleep(30)')),
  )
}

/** Of clones, that is of all but those of the test. */
async function sessionsOf(server: Postgres) {
  return await server.query(
    `select query from pg_stat_activity where datname like '%\\_clone\\_%' and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
}
