import { statSync } from 'node:fs'
import { failedWith } from '../../../../core/errors.ts'

/** A file by its device and inode. Nothing where there is none, or where neither we nor the twin may look. */
export function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true })
    return `${dev}:${ino}`
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ESRCH')) return undefined
    throw error
  }
}
