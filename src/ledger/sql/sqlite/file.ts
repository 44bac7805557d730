import { mkdir, open, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { failedWith } from '../../../core/errors.ts'
import { byteSize } from '../../../core/text.ts'
import { unwritableError } from './errors.ts'

// More than the events of any run, and SQLite's journal of them, take up.
const roomForRun = 1_000_000

/** Makes the file and its folders where they are missing, for their owner only. */
export async function makeFile(file: string): Promise<void> {
  const folder = path.dirname(file)
  const made = await makeFolders(folder)
  if (made && path.basename(folder) === '.purser') await writeFile(path.join(folder, '.gitignore'), '*\n')
  // SQLite would make it as the umask has it; an empty file is a new database to it.
  const handle = await open(file, 'a', 0o600)
  await handle.close()
}

/**
 * Makes a folder and those above it; says whether it was missing. Node's own `recursive` tells of a read-only disk that
 * a folder does not exist, and never returns in `/proc`.
 */
async function makeFolders(folder: string): Promise<boolean> {
  try {
    return await makeFolder(folder)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
    await makeFolders(path.dirname(folder))
    return await makeFolder(folder)
  }
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  }
}

/** A run that begins must be able to end on record: a disk that is nearly full is a full one. */
export async function ensureRoom(file: string): Promise<void> {
  const { bavail, bsize } = await statfs(file)
  const free = bavail * bsize
  if (free >= roomForRun) return
  throw unwritableError(
    file,
    `its disk has ${byteSize(free)} left, and a run needs up to ${byteSize(roomForRun)}`,
    `Make room on the disk of ${path.dirname(file)}.`,
  )
}
