import { access, constants, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { failedWith, PurserError, reasonOf } from '../core/errors.ts'

/** Throws `USAGE` where a report could not be written: before what it tells of is begun, which may take long. */
export async function expectWritable(file: string): Promise<void> {
  try {
    if ((await stat(file)).isDirectory()) throw unwritable(file, 'it is a folder')
    await access(file, constants.W_OK)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error instanceof PurserError ? error : unwritable(file, error)
    await access(path.dirname(file), constants.W_OK).catch((cause) => {
      throw unwritable(file, cause)
    })
  }
}

/** Writes a report. Throws `USAGE`. */
export async function writeReport(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause) => {
    throw unwritable(file, cause)
  })
}

function unwritable(file: string, cause: unknown): PurserError {
  return new PurserError('USAGE', {
    message: `The report can't be written to ${file}: ${reasonOf(cause)}.`,
    remedy: 'Name a file in a folder that is there, and that you may write to.',
    cause,
  })
}
