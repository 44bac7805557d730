import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  activeConnections,
  autovacuum,
  latencyOf,
  lockWaits,
  replicaLag,
  walRate,
} from '../../../src/tasks/signals/index.ts'
import { sql } from '../../../src/tasks/sql.ts'
import type { SignalContext, ThrottleSignal } from '../../../src/tasks/throttle.ts'
import { allPrograms, batchOn, type Cluster, type Server, startCluster } from './cluster.ts'

const within = { timeout: 40_000, interval: 50 }

describe.each(await allPrograms())('PostgreSQL $version', (programs) => {
  let cluster: Cluster
  let admin: pg.Client
  let monitor: SignalContext
  let plain: SignalContext
  beforeAll(async () => {
    cluster = await startCluster(programs)
    admin = await cluster.connect({ name: 'admin' })
    await admin.query('create role plain login')
    await admin.query('create role monitor login in role pg_monitor')
    await admin.query('create table places (id int primary key, name text)')
    await admin.query("insert into places select n, repeat('x', 100) from generate_series(1, 1000) n")
    await admin.query('grant all on places to plain')
    monitor = batchOn(await cluster.connect({ user: 'monitor', name: 'purser throttle' }))
    plain = batchOn(await cluster.connect({ user: 'plain', name: 'purser throttle' }))
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  const poll = (signal: ThrottleSignal, batch = monitor) =>
    expect.poll(async () => {
      await admin.query('select 1') // a session tells what it did with its next statement
      return await signal.read(batch)
    }, within)

  describe('lockWaits', () => {
    const signal = lockWaits({ max: 2 })

    it('counts sessions that wait, for every role, and not those of purser', async () => {
      expect(await signal.read(plain)).toBe(0)
      const holder = await cluster.connect()
      await holder.query('begin')
      await holder.query('update places set name = name where id = 1')
      const waiters = await Promise.all(
        ['app', 'purserve', 'purser', 'purser worker'].map((name) => cluster.connect({ name })),
      )
      const waiting = waiters.map((client) => client.query('update places set name = name where id = 1'))
      await poll(lockWaits({ max: 2 }), plain).toBe(2)
      await expect.poll(() => countWaiting(admin), within).toBe(4)
      expect(await signal.read(plain)).toBe(2)
      await holder.query('rollback')
      await Promise.all(waiting)
      expect(await signal.read(plain)).toBe(0)
    })
  })

  describe('activeConnections', () => {
    const signal = activeConnections({ max: 40 })

    it('counts clients with a statement at work, and not those of purser', async () => {
      expect(await signal.read(monitor)).toBe(0)
      const names = ['app', 'app', 'purser']
      const clients = await Promise.all(names.map((name) => cluster.connect({ name })))
      const sleeping = clients.map((client) => client.query('select pg_sleep(600)').catch(() => undefined))
      await poll(signal).toBe(2)
      await admin.query("select pg_cancel_backend(pid) from pg_stat_activity where query like '%sleep(600)'")
      await Promise.all(sleeping)
      await poll(signal).toBe(0)
    })

    it('can’t be read by a role that sees only some of them', async () => {
      await expect(signal.read(plain)).rejects.toThrow(
        /^the role may not see [\d,]+ sessions? of other roles: grant pg_monitor to the batch's database role$/,
      )
    })
  })

  describe('walRate', () => {
    it('tells about as much as was written, to every role', async () => {
      const signal = walRate({ max: '20MB/s' })
      const earliest = performance.now()
      const quiet = await signal.read(plain)
      expect(quiet).toBeLessThan(1)
      const latest = performance.now()
      const before = await written(admin)
      await admin.query(
        `create table filler as select repeat('x', 1000) as text from generate_series(1, 20000)`,
      )
      const shortest = performance.now() - latest
      const rate = await signal.read(plain)
      const longest = performance.now() - earliest
      const bytes = (await written(admin)) - before
      expect(bytes).toBeGreaterThan(20_000_000)
      // the reading's time reaches from the last reading to this one, from somewhere in either
      expect(rate * 1e6).toBeLessThan((bytes / shortest) * 1_000 * 1.2)
      expect(rate * 1e6).toBeGreaterThan((bytes / longest) * 1_000 * 0.8)
      await admin.query('drop table filler')
    })
  })

  describe('autovacuum', () => {
    it('is at work on the table, for every role, and on no other', async () => {
      await admin.query(`create table busy (id int, name text) with (autovacuum_vacuum_threshold = 0,
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`)
      await admin.query("insert into busy select n, repeat('x', 500) from generate_series(1, 20000) n")
      const signal = autovacuum({ table: 'public.busy' })
      await admin.query('delete from busy where id % 2 = 0')
      await poll(signal, plain).toBe(1)
      expect(await signal.read(monitor)).toBe(1)
      expect(await autovacuum({ table: 'places' }).read(plain)).toBe(0)
      await admin.query('alter table busy set (autovacuum_enabled = false)')
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'autovacuum worker' and query like '%busy%'`)
      await poll(signal, plain).toBe(0)
      await admin.query('drop table busy')
    })

    it('is found on a partition', async () => {
      await admin.query('create table whole (id int, name text) partition by range (id)')
      await admin.query(`create table part partition of whole for values from (0) to (100000)
        with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
          autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`)
      await admin.query("insert into whole select n, repeat('x', 500) from generate_series(1, 20000) n")
      await admin.query('delete from whole where id % 2 = 0')
      await poll(autovacuum({ table: 'whole' }), plain).toBe(1)
      await admin.query('drop table whole cascade')
    })

    it('is not taken for a vacuum or an ANALYZE by hand', async () => {
      const holder = await cluster.connect()
      await holder.query('begin')
      await holder.query('lock table places in share update exclusive mode')
      expect(await autovacuum({ table: 'places' }).read(monitor)).toBe(0)
      await holder.query('rollback')
    })

    it('can’t be read of a table that is not there', async () => {
      await expect(autovacuum({ table: 'nowhere' }).read(plain)).rejects.toThrow('there is no such table')
    })
  })

  describe('latencyOf a query', () => {
    it('tells how long it takes, without the opening of a connection', async () => {
      const [quick, slow] = [sql`select ${1}::int`, sql`select pg_sleep(${0.08}::float8)`]
      expect(await latencyOf({ query: quick, max: '500ms' }).read(plain)).toBeLessThan(60)
      const took = await least(() => latencyOf({ query: slow, max: '1s' }).read(plain))
      expect(took).toBeGreaterThanOrEqual(0.079)
      expect(took).toBeLessThan(0.5)
    })

    it('can’t be read when the query fails', async () => {
      const signal = latencyOf({ query: 'select * from nowhere', max: '1s' })
      await expect(signal.read(plain)).rejects.toThrow('relation "nowhere" does not exist')
    })
  })

  describe('replicaLag', () => {
    const signal = replicaLag({ max: '5s' })
    let replica: Server
    let batch: SignalContext

    it('is 0 without a replica', async () => {
      expect(await signal.read(monitor)).toBe(0)
      expect(await signal.read(plain)).toBe(0)
    })

    it('is about 0 for a replica that follows', async () => {
      replica = await cluster.startReplica()
      const client = await cluster.connect({ user: 'monitor', name: 'purser throttle' })
      await expect.poll(() => streams(admin), within).toBe(true)
      batch = batchOn(client)
      await admin.query('update places set name = name')
      expect(await signal.read(batch)).toBeLessThan(3)
      await poll(signal, batch).toBe(0)
    })

    it('can’t be read by a role that may not see it', async () => {
      await expect(signal.read(plain)).rejects.toThrow(
        "the role may not see how far replicas are: grant pg_monitor to the batch's database role",
      )
    })

    it('grows while a replica does not replay, and is gone after', async () => {
      const onReplica = await cluster.connect({ port: replica.port })
      await onReplica.query('select pg_wal_replay_pause()')
      await expect
        .poll(
          async () => (await onReplica.query('select pg_is_wal_replay_paused() as is')).rows[0].is,
          within,
        )
        .toBe(true)
      await admin.query('update places set name = name')
      await poll(signal, batch).toBeGreaterThan(1.5)
      expect(await replicaLag({ max: '5s', except: ['standby'] }).read(batch)).toBe(0)
      await onReplica.query('select pg_wal_replay_resume()')
      await poll(signal, batch).toBe(0)
    })

    it('grows as well while a replica says nothing at all', async () => {
      const receiver = await cluster.connect({ port: replica.port })
      const pids = await receiver.query('select pid from pg_stat_activity')
      const all = [replica.pid, ...pids.rows.map(({ pid }) => Number(pid))]
      // the server forgets what the replica said last
      await expect.poll(() => lagTold(admin), within).toBeNull()
      for (const pid of all) process.kill(pid, 'SIGSTOP')
      try {
        await admin.query('update places set name = name')
        await poll(signal, batch).toBeGreaterThan(1.5)
      } finally {
        for (const pid of all) process.kill(pid, 'SIGCONT')
      }
      await poll(signal, batch).toBe(0)
    })

    it('can’t be read while a replica is gone, and is read when it is back', async () => {
      await replica.stop('SIGINT')
      await expect.poll(() => streams(admin), within).toBe(false)
      await expect(signal.read(batch)).rejects.toThrow('replica "standby" is not connected any more')
      const newBatch = batchOn(await cluster.connect({ user: 'monitor', name: 'purser throttle' }))
      expect(await signal.read(newBatch)).toBe(0)
      replica = await cluster.startReplica()
      await expect.poll(() => signal.read(batch).catch(() => -1), within).toBe(0)
    })

    it('can’t be read on a replica', async () => {
      const onReplica = batchOn(await cluster.connect({ port: replica.port }))
      await expect(replicaLag({ max: '5s' }).read(onReplica)).rejects.toThrow('recovery is in progress')
      await expect(walRate({ max: '1MB/s' }).read(onReplica)).rejects.toThrow('recovery is in progress')
    })
  })

  it('can’t read anything of a server that is gone', async () => {
    const client = await cluster.connect({ user: 'monitor', name: 'purser throttle' })
    await admin.query('select pg_terminate_backend($1)', [await pidOf(client)])
    const signals = [
      ...[lockWaits({ max: 1 }), activeConnections({ max: 1 }), walRate({ max: '1MB/s' })],
      ...[replicaLag({ max: '1s' }), autovacuum({ table: 'places' })],
      latencyOf({ query: 'select 1', max: '1s' }),
    ]
    for (const signal of signals) await expect(signal.read(batchOn(client))).rejects.toThrow()
  })
})

describe('latencyOf a page', () => {
  const statuses: Record<string, number> = { '/ok': 200, '/missing': 404, '/broken': 503 }
  const server = createServer(async (request, response) => {
    const url = request.url ?? ''
    if (url === '/never') return
    if (url === '/slow') await new Promise((resolve) => setTimeout(resolve, 60))
    if (url === '/moved') response.setHeader('location', '/ok')
    response.statusCode = url === '/moved' ? 302 : (statuses[url] ?? 200)
    response.write('beginning ')
    response.end('end')
  })
  const page = (at: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${at}`
  const read = (url: string, signal = new AbortController().signal) =>
    latencyOf({ url, max: '1s' }).read({ query: async () => [], signal })
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('tells how long its answer takes', async () => {
    expect(await least(() => read(page('/ok')))).toBeLessThan(0.05)
    expect(await least(() => read(page('/moved')))).toBeLessThan(0.05)
    expect(await read(page('/slow'))).toBeGreaterThanOrEqual(0.059)
  })

  it.each([
    ['/missing', 'it answered 404'],
    ['/broken', 'it answered 503'],
  ])('can’t be read when %s', async (at, why) => {
    await expect(read(page(at))).rejects.toThrow(why)
  })

  it('can’t be read when nobody listens, and the sentence has no path', async () => {
    await expect(read('http://127.0.0.1:1/secret')).rejects.toThrow(
      /^(?!.*secret).*(?:ECONNREFUSED|bad port)/,
    )
  })

  it('is given up on when it is late', async () => {
    const late = new AbortController()
    const reading = read(page('/never'), late.signal)
    await once(server, 'request')
    late.abort()
    await expect(reading).rejects.toThrow('aborted')
  })
})

/** Of five: the machine may pause in any of them. */
async function least(measure: () => Promise<number>): Promise<number> {
  const all: number[] = []
  while (all.length < 5) all.push(await measure())
  return Math.min(...all)
}

async function countWaiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query('select count(distinct pid)::int as n from pg_locks where not granted')
  return rows[0].n
}

async function written(client: pg.Client): Promise<number> {
  const { rows } = await client.query("select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as bytes")
  return rows[0].bytes
}

async function streams(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    "select from pg_stat_replication where state = 'streaming' and replay_lsn is not null",
  )
  return rows.length === 1
}

async function lagTold(client: pg.Client): Promise<unknown> {
  const { rows } = await client.query('select replay_lag from pg_stat_replication')
  return rows[0]?.replay_lag
}

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return rows[0].pid
}
