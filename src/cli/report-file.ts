import { access, constants, open, stat, unlink, writeFile } from 'node:fs/promises'
import { failedWith, PurserError, reasonOf } from '../core/errors.ts'

/** Throws `USAGE` where a report could not be written: before what it tells of is begun, which may take long. */
export async function expectWritable(file: string): Promise<void> {
  try {
    const found = await stat(file).catch(nothingThere)
    if (found?.isDirectory()) throw new Error('it is a folder')
    // what is no file, such as a pipe, may be opened but once
    if (found !== undefined && !found.isFile()) return await access(file, constants.W_OK)
    // nothing else tells: root has every right to a folder that takes no file
    await (await open(file, 'a')).close()
    if (found === undefined) await unlink(file)
  } catch (cause) {
    throw unwritable(file, cause)
  }
}

function nothingThere(error: unknown): undefined {
  if (!failedWith(error, 'ENOENT')) throw error
}

/** Writes a report. Throws `USAGE`. */
export async function writeReport(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause) => {
    throw unwritable(file, cause)
  })
}

function unwritable(file: string, cause: unknown): PurserError {
  return new PurserError('USAGE', {
    message: `The report can't be written to "${file}": ${reasonOf(cause)}.`,
    remedy: 'Name a file in a folder that is there, and that you may write to.',
    cause,
  })
}
