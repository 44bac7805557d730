import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPooler } from '../../support/pooler.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { psql, realPassword, tap } from './world.ts'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres(realPassword)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const upstream = () => ({ server: server.port, user: 'postgres', password: realPassword })

it.each([
  ['a pool of transactions', ['pool_mode = transaction'], 'unsupported startup parameter'],
  [
    'a pool of transactions that drops what it does not know',
    ['pool_mode = transaction', 'ignore_startup_parameters = options'],
    'does not have what it was started with',
  ],
  [
    'a pool of sessions that drops what it does not know',
    ['pool_mode = session', 'ignore_startup_parameters = options'],
    'does not have what it was started with',
  ],
])('finds %s, if it must be direct', async (_what, settings, sign) => {
  await using pooler = await startPooler({ ...upstream(), settings })
  await expect(tap(pooler.url, { requireDirect: true })).rejects.toMatchObject({
    code: 'WIRE_POOLER',
    message: expect.stringContaining(sign),
  })
})

it('goes through a pooler otherwise, and takes its word for what it is', async () => {
  await using pooler = await startPooler({ ...upstream(), settings: ['pool_mode = session'] })
  await using wire = await tap(pooler.url)
  expect((await psql(wire.url, 'select current_user')).stdout).toBe('postgres\n')
})
