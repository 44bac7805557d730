import { mkdir, statfs } from 'node:fs/promises'
import { exitCodes, PurserError } from '../../../../core/errors.ts'
import { byteSize } from '../../../../core/text.ts'

/** A dump is compressed, and has no indexes: half of the database is more than most need. */
const shareOfDatabase = 0.5

/** Whether a dump fits into this folder. Throws `CLONE_NO_ROOM`. */
export async function checkDumpRoom(folder: string, databaseBytes: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { bavail, bsize } = await statfs(folder)
  const needed = databaseBytes * shareOfDatabase
  if (bavail * bsize >= needed) return
  throw new PurserError('CLONE_NO_ROOM', {
    message: `The disk that keeps ${folder} has ${byteSize(bavail * bsize)} left, and a dump of production may need ${byteSize(needed)} there.`,
    remedy: 'Make room there. Nothing was made.',
    exitCode: exitCodes.refused,
  })
}
