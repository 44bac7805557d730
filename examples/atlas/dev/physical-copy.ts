import { constants, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Client } from 'pg'

interface Copying {
  readonly name: string
  readonly from: string
  readonly to: string
  /** Gives a file or folder to the user that the server runs as. */
  own(path: string): Promise<void>
}

/**
 * Copies a server's folder while the server is at work, as PostgreSQL's documentation says under "Making a Base Backup
 * Using the Low Level API". The copy is whole once a server that is started on it has read its write-ahead log.
 */
export async function copyCluster(server: Client, copying: Copying): Promise<void> {
  const { name, from, to, own } = copying
  // Until this session ends, the server throws away nothing of its log that the copy needs.
  await server.query('select pg_create_physical_replication_slot($1, true, true)', [name])
  await server.query('select pg_backup_start($1, fast => true)', [name])
  await copyTree(copying, { omit: (path) => leftOut.test(path) })
  const { rows } = await server.query(
    'select labelfile, pg_walfile_name(lsn) as last from pg_backup_stop(wait_for_archive => false)',
  )
  const { labelfile, last } = rows[0]
  const log = { ...copying, from: join(from, 'pg_wal'), to: join(to, 'pg_wal') }
  await copyTree(log, { omit: (path) => path > last })
  const label = join(to, 'backup_label')
  await writeFile(label, labelfile)
  await own(label)
}

// What belongs to the server that runs, and files that come and go.
const leftOut =
  /^postmaster\.|^pg_(?:wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)\/|(?:^|\/)pgsql_tmp|pg_internal\.init/

interface Choice {
  omit(path: string): boolean
}

async function copyTree({ from, to, own }: Copying, { omit }: Choice): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  await own(to)
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = relative(from, join(entry.parentPath, entry.name))
    if (omit(path)) continue
    const target = join(to, path)
    if (entry.isDirectory()) await mkdir(target, { recursive: true, mode: 0o700 })
    else if (!(await copyIfThere(join(from, path), target))) continue
    await own(target)
  }
}

/** A table that was dropped meanwhile is no loss: the log drops it in the copy too. */
async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
