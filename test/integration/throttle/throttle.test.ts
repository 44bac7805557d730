import pg from 'pg'
import { expect, it } from 'vitest'
import { startThrottle } from '../../../src/batches/throttle/throttle.ts'
import { activeConnections, lockWaits, replicaLag, walRate } from '../../../src/tasks/signals/index.ts'
import { allPrograms, batchOn, startCluster } from './cluster.ts'

const address = { host: '127.0.0.1', user: 'postgres', database: 'postgres' }
const within = { timeout: 30_000, interval: 20 }

it('slows, stops and lets go a batch by what PostgreSQL says', async () => {
  const [programs] = await allPrograms()
  if (programs === undefined) throw new Error('There is no PostgreSQL.')
  await using cluster = await startCluster(programs)
  const admin = await cluster.connect()
  await admin.query('create table places as select n as id from generate_series(1, 10) n')
  const signals = [lockWaits({ max: 2 }), activeConnections({ max: 40 }), walRate({ max: '1GB/s' })]
  const pool = new pg.Pool({
    ...address,
    port: cluster.primary.port,
    application_name: 'purser throttle',
    max: 4,
  })
  pool.on('error', () => {}) // of a server that ends first
  const { query } = batchOn(pool)
  await using throttle = startThrottle({
    signals: [...signals, replicaLag({ max: '5s' })],
    query,
    everyMs: 20,
  })
  const pace = () => throttle.pace

  await expect.poll(pace, within).toEqual({ speed: 1, sizeFactor: 1 })

  const holder = await cluster.connect()
  await holder.query('begin; lock table places')
  const waiters: Promise<unknown>[] = []
  const wait = async () => waiters.push((await cluster.connect()).query('select from places'))
  for (let n = 0; n < 3; n += 1) await wait()
  await expect.poll(pace, within).toMatchObject({ limiting: 'throttled: lock waits 3 > 2' })
  await wait()
  await expect.poll(pace, within).toMatchObject({ limiting: 'stopped: lock waits 4 > 2', speed: 0 })
  await holder.query('rollback')
  await Promise.all(waiters)
  await expect.poll(pace, within).toEqual({ speed: 1, sizeFactor: 1 })

  await cluster.primary.stop('SIGINT')
  await expect
    .poll(pace, within)
    .toMatchObject({ speed: 0, limiting: expect.stringContaining("can't be read: ") })
  await pool.end()
})
