import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import { startProcess } from '../../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../../examples/atlas/dev/unprivileged.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { psql, realPassword, tap } from './world.ts'

const program = '/usr/sbin/pgbouncer'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres(realPassword)
})
afterAll(() => server?.[Symbol.asyncDispose]())

/** A PgBouncer before the server that lets everybody in. */
async function startPooler(settings: readonly string[]) {
  if (!existsSync(program))
    throw new Error('The tests need PgBouncer in /usr/sbin (apt-get install pgbouncer).')
  const temporary = temporaryFolder()
  const port = await freePort()
  const file = path.join(temporary.folder, 'pgbouncer.ini')
  const upstream = `host=127.0.0.1 port=${server.port} user=postgres password=${realPassword}`
  const lines = [
    '[databases]',
    `* = ${upstream}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
  ]
  writeFileSync(file, [...lines, 'auth_type = any', 'unix_socket_dir =', ...settings, ''].join('\n'))
  const way = await unprivileged(program)
  await way.own(temporary.folder)
  const pooler = await startProcess({
    name: 'PgBouncer',
    argv: way.argv(program, file),
    folder: temporary.folder,
    variables: { LC_ALL: 'C' },
    identity: way.identity,
    log: path.join(temporary.folder, 'pgbouncer.log'),
    ready: /process up/,
  })
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      await pooler.stop('SIGQUIT')
      temporary[Symbol.dispose]()
    },
  }
}

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
  await using pooler = await startPooler(settings)
  await expect(tap(pooler.url, { requireDirect: true })).rejects.toMatchObject({
    code: 'WIRE_POOLER',
    message: expect.stringContaining(sign),
  })
})

it('goes through a pooler otherwise, and takes its word for what it is', async () => {
  await using pooler = await startPooler(['pool_mode = session'])
  await using wire = await tap(pooler.url)
  expect((await psql(wire.url, 'select current_user')).stdout).toBe('postgres\n')
})
