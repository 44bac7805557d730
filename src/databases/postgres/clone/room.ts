import { readFile, statfs } from 'node:fs/promises'
import path from 'node:path'
import { exitCodes, PurserError } from '../../../core/errors.ts'
import { byteSize } from '../../../core/text.ts'
import type { CloneServer } from './clone-server.ts'
import type { PostgresCloneOptions } from './options.ts'

/** Bytes beside the data: the server's log of what it writes, until its next checkpoint. */
const besides = 100_000_000

/**
 * Whether the clone server's disk has room for so many bytes more. Returns what was found, in a sentence. Throws
 * `CLONE_NO_ROOM`, also where nobody can tell and that was not allowed.
 */
export async function checkRoom(
  server: CloneServer,
  environment: string,
  needed: number,
  { freeBytes, allowUnknownSpace }: Pick<PostgresCloneOptions, 'freeBytes' | 'allowUnknownSpace'>,
): Promise<string> {
  const wanted = needed + besides
  const free =
    freeBytes === undefined ? await freeOnDisk(server) : freeBytes - (await taken(server, environment))
  if (free === undefined) {
    if (allowUnknownSpace) return 'How much room the clone server has is not known.'
    throw noRoom(
      'The clone server does not tell how much room its disk has: only one on this machine, whose data this user may look at, can be asked.',
      'State how much clones may take (`freeBytes`) in the configuration, or say `allowUnknownSpace: true`.',
    )
  }
  if (free >= wanted) return `${byteSize(wanted)} of the ${byteSize(free)} that are free may be needed.`
  throw noRoom(
    `The clone server has ${byteSize(Math.max(0, free))} for clones, and this one may need ${byteSize(wanted)}.`,
    'Drop clones that nobody needs (`purser clone list`), or give the server more room. Nothing was made.',
  )
}

function noRoom(message: string, remedy: string): PurserError {
  return new PurserError('CLONE_NO_ROOM', { message, remedy, exitCode: exitCodes.refused })
}

async function taken(server: CloneServer, environment: string): Promise<number> {
  const found = await server.databases()
  const ours = found.filter(({ marker }) => marker?.environment === environment)
  return ours.reduce((sum, { bytes = 0 }) => sum + bytes, 0)
}

/** Free bytes of the disk that a server's data are on, where they are provably on this machine. */
async function freeOnDisk({ client }: CloneServer): Promise<number | undefined> {
  const { rows } = await client.query<{ folder: string | null; started: number }>(`
    select (select setting from pg_settings where name = 'data_directory') as folder,
           floor(extract(epoch from pg_postmaster_start_time()))::float8 as started`)
  const { folder, started } = rows[0] ?? {}
  if (folder === undefined || folder === null || started === undefined) return undefined
  try {
    // a container or a tunnel may well have the same path: the server's own note of its start tells them apart
    const [, , noted] = (await readFile(path.join(folder, 'postmaster.pid'), 'utf8')).split('\n')
    if (Math.abs(Number(noted) - started) > 1) return undefined
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}
