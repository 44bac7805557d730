import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { failedWith, PurserError } from '../../../core/errors.ts'
import { identify } from '../proc/identity.ts'
import { readServingProcess } from '../proc/serving-process.ts'

// A start is known to a hundredth of a second, counted from a boot that is known to the second.
const toleranceMs = 2_000

/** The process that a pid file names, if it is the one that the file was written for. */
export function findByPidFile(pidFile: string, root: string): number {
  const file = path.resolve(root, pidFile)
  const pid = parsePid(file)
  if (identify(pid) === undefined) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: `The app is not running: ${file} names process ${pid}, which has ended.`,
      remedy: 'Start the app, then try again. The file is left over from its last life.',
    })
  }
  const { argv, startedAt } = readServingProcess(pid)
  const writtenAt = statSync(file).mtimeMs
  if (startedAt > writtenAt + toleranceMs) {
    throw new PurserError('APP_NOT_THIS_ONE', {
      message: `${file} names process ${pid}, but that is another program: "${argv[0]}" started at ${new Date(startedAt).toISOString()}, after the file was written at ${new Date(writtenAt).toISOString()}.`,
      remedy: 'The app has ended and its pid was used again. Start the app, then try again.',
    })
  }
  return pid
}

function parsePid(file: string): number {
  const text = readPidFile(file)
  if (!/^\s*[1-9]\d{0,9}\s*$/.test(text)) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: `The pid file ${file} holds ${JSON.stringify(text.slice(0, 40))}, which is no process id.`,
      remedy: 'Name the file that the app writes its process id to, in `local({ pidFile })`.',
    })
  }
  return Number(text)
}

function readPidFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: failedWith(error, 'ENOENT')
        ? `The app is not running: there is no pid file ${file}.`
        : `The pid file ${file} can't be read: ${error instanceof Error ? error.message : error}.`,
      remedy: 'Start the app, or correct `local({ pidFile })` in the configuration.',
      cause: error,
    })
  }
}
