import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Statement, WireOptions } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { connected, realPassword, tap } from './world.ts'

const silent: Pick<WireOptions, 'tap'> = { tap: { beforeCommit: async () => undefined } }

describe.each(await allPrograms())('limits of sessions through the wire to version $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    await server.query('drop table if exists a; create table a (n int); insert into a values (1)')
  })

  /** Since when a statement waits for a lock; `undefined` where none does. */
  const waiting = async () => {
    const [row] = await server.query(
      "select query_start::text as since from pg_stat_activity where wait_event_type = 'Lock'",
    )
    return row?.since
  }
  /** Waits until one has waited in vain, and may wait again. */
  const untilGivenUp = async () => {
    await until(async () => (await waiting()) !== undefined)
    const first = await waiting()
    await until(async () => (await waiting()) !== first)
  }

  it('begin with the budgets, and the task may set others', async () => {
    const budgets = { lockTimeoutMs: 1_500, statementTimeoutMs: 60_000 }
    await using wire = await tap(server.url(), { ...silent, budgets })
    const shown = async (url: string, before = '') => {
      await using client = await connected(url)
      if (before !== '') await client.query(before)
      const { rows } = await client.query(
        "select current_setting('lock_timeout') as l, current_setting('statement_timeout') as s",
      )
      return [rows[0].l, rows[0].s]
    }
    expect(await shown(wire.url)).toEqual(['1500ms', '1min'])
    expect(await shown(`${wire.url}&options=-c%20lock_timeout%3D7s`)).toEqual(['7s', '1min'])
    expect(await shown(wire.url, "set lock_timeout = '2s'; set statement_timeout = 0")).toEqual(['2s', '0'])
    expect(await shown(wire.url, "set lock_timeout = '2s'; reset lock_timeout")).toEqual(['1500ms', '1min'])
  })

  it('are opened through what was given to open them', async () => {
    const dialled: string[] = []
    const dial = async (host: string, port: number) => {
      dialled.push(`${host}:${port}`)
      return connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    }
    const url = server.url().replace('127.0.0.1', 'nowhere.invalid')
    await using wire = await tap(url, { ...silent, dial })
    await using client = await connected(wire.url)
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(dialled).toEqual([`nowhere.invalid:${server.port}`, `nowhere.invalid:${server.port}`])
    const sleeping = client.query('select pg_sleep(600)').catch((error: Error) => error.message)
    await until(async () => {
      const at = await server.query("select 1 from pg_stat_activity where query = 'select pg_sleep(600)'")
      return at.length === 1
    })
    await wire[Symbol.asyncDispose]()
    expect(await sleeping).toContain('terminated')
    expect(await server.query("select 1 from pg_stat_activity where query = 'select pg_sleep(600)'")).toEqual(
      [],
    )
    expect(wire.errors).toEqual([])
  })

  it.each([
    ['outside a transaction', ['alter table a add column x int']],
    [
      'as the first work of one',
      ['begin', "set local statement_timeout = '1min'", 'alter table a add column x int', 'commit'],
    ],
    [
      'in a message of its own',
      ["begin; set local lock_timeout = '500ms'; alter table a add column x int; commit"],
    ],
  ])('are not the end of a statement that waits for a lock %s', async (_where, messages) => {
    const seen: Statement[] = []
    await using wire = await tap(server.url(), {
      tap: { beforeCommit: async () => undefined, afterStatement: (statement) => void seen.push(statement) },
      budgets: { lockTimeoutMs: 500 },
      isEnforced: true,
    })
    await using other = await connected(server.url())
    await other.query('begin; lock table a in access share mode')
    await using client = await connected(wire.url)
    const all = (async () => {
      for (const sql of messages) await client.query(sql)
    })()
    await untilGivenUp()
    await other.query('commit')
    await all
    expect(
      await server.query(
        "select 1 from information_schema.columns where table_name = 'a' and column_name = 'x'",
      ),
    ).toHaveLength(1)
    expect(seen.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(seen.filter(({ tag }) => tag === 'ALTER TABLE')).toHaveLength(1)
  })

  it('end a statement that waits after work was done, as the server does', async () => {
    await using wire = await tap(server.url(), {
      ...silent,
      budgets: { lockTimeoutMs: 50 },
      isEnforced: true,
    })
    await using other = await connected(server.url())
    await other.query('begin; lock table a in access share mode')
    await using client = await connected(wire.url)
    await client.query('begin; create table made (n int)')
    await expect(client.query('alter table a add column x int')).rejects.toMatchObject({ code: '55P03' })
    await client.query('rollback')
    await expect(client.query('alter table a add column x int')).rejects.toMatchObject({ code: '55P03' })
  })

  it('leave no invalid index of a concurrent build that waited in vain', async () => {
    await using wire = await tap(server.url(), { ...silent, budgets: { lockTimeoutMs: 500 } })
    await using other = await connected(server.url())
    await other.query('begin; update a set n = 2')
    await using client = await connected(wire.url)
    const building = client.query('create index concurrently if not exists a_n on a (n)')
    await untilGivenUp()
    await other.query('commit')
    await building
    expect(await server.query("select indisvalid from pg_index where indexrelid = 'a_n'::regclass")).toEqual([
      { indisvalid: true },
    ])
  })

  it('are those of the wire as well: what is at work when it ends is not committed afterwards', async () => {
    await server.query('insert into a select 1 from generate_series(1, 300000)')
    const wire = await tap(server.url(), silent)
    await using client = await connected(wire.url)
    const updating = client.query('update a set n = 2').catch((error: Error) => error)
    await until(async () => {
      const at = await server.query(
        "select 1 from pg_stat_activity where query = 'update a set n = 2' and state = 'active'",
      )
      return at.length === 1
    })
    await wire[Symbol.asyncDispose]()
    expect(await updating).toBeInstanceOf(Error)
    expect(await server.query("select pid from pg_stat_activity where query = 'update a set n = 2'")).toEqual(
      [],
    )
    expect(await server.query('select count(*)::int as n from a where n = 2')).toEqual([{ n: 0 }])
    expect(wire.errors).toEqual([])
  })
})
