import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import type { PurserError } from '../../../src/core/errors.ts'
import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import type { Wire, WireOptions } from '../../../src/databases/wire.ts'
import { allPrograms, type Programs } from '../../support/postgres.ts'

export const realPassword = 'the-real-password'

/** As Debian has it: with psql, pgbench, pg_dump and pg_restore of the same version beside it. */
export async function debianPrograms(): Promise<Programs> {
  const programs = (await allPrograms()).find(({ postgres }) => postgres.startsWith('/usr/lib/postgresql/'))
  if (programs === undefined)
    throw new Error('The tests need PostgreSQL from Debian (apt-get install postgresql).')
  return programs
}

export interface Tapped extends Wire {
  readonly errors: readonly PurserError[]
}

/** A wire that remembers what it complained of. */
export async function tap(
  url: string,
  options: WireOptions & { readonly clientWithinMs?: number } = {},
): Promise<Tapped> {
  const errors: PurserError[] = []
  const wire = await openWire(url, { onError: (error) => errors.push(error), ...options })
  return { url: wire.url, errors, [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose]() }
}

export async function connected(url: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // some are cut on purpose
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => {}) })
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of PostgreSQL's to its end, with this on its stdin. */
export async function run(program: string, args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, LC_ALL: 'C', PGCONNECT_TIMEOUT: '10' },
  })
  child.stdin.on('error', () => {}) // it may end before it has read everything
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

/** Runs SQL and psql's own commands. Stops at the first error. */
export async function psql(url: string, script: string): Promise<Ended> {
  return await run('psql', ['--no-psqlrc', '-v', 'ON_ERROR_STOP=1', '-AtX', url], script)
}
