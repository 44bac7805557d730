import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client, escapeLiteral } from 'pg'
import { binaries } from './binaries.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { clones, data } from './folders.ts'
import { copyCluster } from './physical-copy.ts'
import { freePort } from './port.ts'
import { unprivileged } from './unprivileged.ts'

const run = promisify(execFile)

/**
 * Copies Atlas's database server as a snapshot of its disk would, and starts the copy. Returns the URL of the database in
 * it, with a password that opens nothing else.
 */
export async function makeClone(name: string): Promise<string> {
  const credentials = await readCredentials()
  if (credentials === undefined) throw new Error('There is no Atlas to copy.')
  const { postgres, pg_ctl } = await binaries()
  const way = await unprivileged(postgres)
  const folder = join(clones, name)
  const copy = join(folder, 'data')
  await mkdir(folder, { recursive: true })
  await way.own(folder)
  const original = await connect(await portOf(data), credentials)
  try {
    await copyCluster(original, { name, from: data, to: copy, own: way.own })
  } finally {
    await original.end()
  }
  const port = await freePort()
  // What is thrown away need not survive the machine.
  const options = `-p ${port} -c fsync=off`
  const [program, ...args] = way.argv(pg_ctl, 'start', '--wait', `--pgdata=${copy}`, `--options=${options}`)
  await run(program, [...args, `--log=${join(folder, 'log')}`], {
    ...way.identity,
    ...surroundings,
    cwd: copy,
  })
  return `postgres://atlas:${await ownPassword(port, credentials)}@127.0.0.1:${port}/atlas?sslmode=disable`
}

/** Stops a copy's server, and removes the copy. */
export async function dropClone(name: string): Promise<void> {
  const folder = join(clones, name)
  const copy = join(folder, 'data')
  if (existsSync(join(copy, 'postmaster.pid'))) {
    const { pg_ctl } = await binaries()
    const way = await unprivileged(pg_ctl)
    const [program, ...args] = way.argv(pg_ctl, 'stop', '--wait', '--mode=immediate', `--pgdata=${copy}`)
    await run(program, args, { ...way.identity, ...surroundings }).catch(() => {}) // it had ended already
  }
  await rm(folder, { recursive: true, force: true })
}

const surroundings = { env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH } }

async function connect(port: number, { superuser }: Credentials): Promise<Client> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: superuser })
  await client.connect()
  return client
}

/** A server writes the port that it listens on into its folder, on the fourth line. */
async function portOf(folder: string): Promise<number> {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')
  return Number(lines[3])
}

/** Whoever may use the copy can do nothing with that to its original. */
async function ownPassword(port: number, credentials: Credentials): Promise<string> {
  const password = randomBytes(18).toString('hex')
  const client = await connect(port, credentials)
  try {
    await client.query(`alter role atlas password ${escapeLiteral(password)}`)
    return password
  } finally {
    await client.end()
  }
}
