import { once } from 'node:events'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { connected, realPassword, type Tapped, tap } from './world.ts'

describe.each(await allPrograms())('node-postgres, through the wire to version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs, settings: ['max_connections=130'] })
    wire = await tap(server.url())
  })
  afterAll(async () => {
    await wire?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  it('asks and is answered: text, parameters, prepared statements, errors', async () => {
    await using client = await connected(wire.url)
    expect(
      ((await client.query('select 1 as one; select 2 as two')) as unknown as pg.QueryResult[])[1]?.rows,
    ).toEqual([{ two: 2 }])
    const prepared = { name: 'sum', text: 'select $1::int + $2::int as sum', values: [2, 3] }
    for (const _time of [1, 2]) expect((await client.query(prepared)).rows).toEqual([{ sum: 5 }])
    await expect(client.query('select nothing')).rejects.toMatchObject({ code: '42703' })
    expect((await client.query('select $1::text as text', ['ä'.repeat(500_000)])).rows[0]?.text).toHaveLength(
      500_000,
    )
  })

  it('hears what another session notifies it of', async () => {
    await using listener = await connected(wire.url)
    await using speaker = await connected(wire.url)
    await listener.query('listen news')
    const heard = once(listener, 'notification')
    await speaker.query("notify news, 'something happened'")
    expect((await heard)[0]).toMatchObject({ channel: 'news', payload: 'something happened' })
  })

  it('has a hundred connections at once, each with a session of its own', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connected(wire.url)))
    try {
      const pids = await Promise.all(
        clients.map(async (client) => (await client.query('select pg_backend_pid() as pid')).rows[0].pid),
      )
      expect(new Set(pids).size).toBe(100)
    } finally {
      await Promise.all(clients.map((client) => client.end()))
    }
    expect(wire.errors).toEqual([])
  })

  it('hears it from the server itself when there is no room for more', async () => {
    await using admin = await connected(server.url())
    await admin.query(`create role crowded login connection limit 2 password '${realPassword}'`)
    await using crowded = await tap(server.url().replace('//postgres:', '//crowded:'))
    // the wire's own first look may not have been taken off the list yet
    await until(
      async () =>
        (await admin.query("select 1 from pg_stat_activity where usename = 'crowded'")).rows.length === 0,
    )
    await using _first = await connected(crowded.url)
    await using _second = await connected(crowded.url)
    await expect(connected(crowded.url)).rejects.toMatchObject({
      code: '53300',
      message: expect.stringContaining('too many connections'),
    })
    expect(crowded.errors).toMatchObject([{ code: 'DATABASE_UNREACHABLE' }])
  })
})
