import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { DatabaseWiring } from '../../../../src/databases/database.ts'
import { postgres } from '../../../../src/presets/postgres.ts'
import { type Container, runContainer } from '../../../support/docker/container.ts'
import { docker } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'
import { postgresImage } from '../../../support/docker/postgres-image.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { putFile } from './differences/difference.ts'
import { pgbouncerImage, pgbouncerSettings } from './pgbouncer.ts'

const superuser = 'postgres'
const user = 'shop'
export const password = 'correct-horse-battery'
const database = 'shop'

/**
 * Two servers with the same database and roles, a pooler before the first of them, and an address that leads to either:
 * where a team moves its database while the app holds on to the old one; or to what never answers, or to nothing.
 */
export interface Databases extends AsyncDisposable {
  /** By a URL that stays the same. */
  readonly wiring: DatabaseWiring
  /** Where the URL's address leads to from now on. */
  lead(to: 'first' | 'second' | 'pooler' | 'silence' | 'nobody'): Promise<void>
  /** Runs SQL in the first, as its superuser. */
  run(sql: string): Promise<void>
}

export async function startDatabases(): Promise<Databases> {
  const containers: Container[] = []
  const start = async (...args: readonly string[]) => {
    const container = await runContainer(args)
    containers.push(container)
    return container
  }
  const image = await postgresImage()
  const credentials = { POSTGRES_USER: superuser, POSTGRES_PASSWORD: password, POSTGRES_DB: database }
  const variables = Object.entries(credentials).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const [first, second] = await Promise.all([start(...variables, image), start(...variables, image)])
  await Promise.all([first, second].map(makeRoles))
  const pooler = await start(await pgbouncerImage(), 'sleep', '1000')
  const pool = { server: await addressOf(first), user, password }
  await putFile(pooler, '/tmp/pgbouncer.ini', pgbouncerSettings(pool))
  await docker('exec', '--detach', pooler.id, '/usr/sbin/pgbouncer', '/tmp/pgbouncer.ini')
  const front = await start(
    images.helper,
    'sh',
    '-c',
    'exec nc -ll -p 5432 -e sh -c "exec nc \\$(cat /tmp/to) 5432"',
  )

  const silence = await start(images.helper, 'nc', '-ll', '-p', '5432', '-e', 'sleep', '1000')
  const nobody = await start(images.helper, 'sleep', '1000')
  const addresses = { first, second, pooler, silence, nobody }
  const lead: Databases['lead'] = async (to) =>
    putFile(front, '/tmp/to', `${await addressOf(addresses[to])}\n`)
  await lead('first')
  const temporary = temporaryFolder()
  const file = path.join(temporary.folder, 'url')
  writeFileSync(
    file,
    `postgres://${user}:${password}@${await addressOf(front)}:5432/${database}?sslmode=disable`,
  )
  return {
    wiring: postgres({ url: { file } }),
    lead,
    run: async (sql) => void (await query(first, sql)),
    async [Symbol.asyncDispose]() {
      temporary[Symbol.dispose]()
      for (const container of containers) await container[Symbol.asyncDispose]()
    },
  }
}

async function makeRoles(server: Container): Promise<void> {
  await server.exec(
    'sh',
    '-c',
    `until pg_isready --quiet --host=127.0.0.1 --dbname=${database}; do sleep 0.1; done`,
  )
  await query(server, `create role ${user} login password '${password}'`)
  await query(server, 'create role reader')
  await query(server, `grant reader to ${user}`)
  await query(server, 'create table schema_migrations (version text primary key)')
  await query(server, `grant select on schema_migrations to ${user}, reader`)
  await query(server, "insert into schema_migrations values ('20260101')")
}

function query(server: Container, sql: string): Promise<string> {
  const to = [`--username=${superuser}`, `--dbname=${database}`]
  return server.exec('psql', '--no-psqlrc', '--quiet', ...to, '--set=ON_ERROR_STOP=1', `--command=${sql}`)
}

async function addressOf(container: Container): Promise<string> {
  return (await container.inspect()).NetworkSettings.Networks.bridge?.IPAddress ?? ''
}
