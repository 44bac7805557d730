import { byteSize } from '../../../core/text.ts'
import type { CloneServer } from './clone-server.ts'
import type { Marker } from './marker.ts'
import { quoteName } from './names.ts'

/** Up to here the server's log of a copy costs less than the checkpoints that a copy of its files needs (measured on ext4). */
const smallBytes = 64_000_000

/** How the server is to copy a golden copy. */
export interface Copying {
  /** Clauses of CREATE DATABASE. */
  readonly clauses: string
  /** The way and its reason, in words. */
  readonly why: string
}

/** Chooses by the version and by the size; on PostgreSQL 18 blocks are shared where the file system can. */
export async function chooseCopying(
  server: CloneServer,
  { name }: Pick<Marker, 'name'>,
  bytes: number,
): Promise<Copying> {
  const template = `template ${quoteName(name)}`
  const size = byteSize(bytes)
  if (server.version < 150_000) {
    return { clauses: template, why: `The server copied the files of the golden copy (${size}).` }
  }
  if (bytes <= smallBytes) {
    const why = `The server copied the golden copy through its log (WAL_LOG): it is small (${size}), and no checkpoint is needed.`
    return { clauses: `${template} strategy wal_log`, why }
  }
  const clauses = `${template} strategy file_copy`
  if (await canShareBlocks(server)) {
    const why = `The server copied the files of the golden copy (${size}, FILE_COPY with file_copy_method=clone), sharing blocks where the file system can.`
    return { clauses, why }
  }
  const why = `The server copied the files of the golden copy (FILE_COPY): at ${size} that is faster than through its log.`
  return { clauses, why }
}

async function canShareBlocks({ client, version }: CloneServer): Promise<boolean> {
  if (version < 180_000) return false
  return client.query('set file_copy_method = clone').then(
    () => true,
    () => false, // not on this operating system
  )
}
