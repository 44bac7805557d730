import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { failedWith, PurserError, reasonOf } from '../../../core/errors.ts'
import { identify } from '../../../runs/process-identity.ts'
import { readServingProcess } from '../proc/serving-process.ts'

// A start is known to a hundredth of a second, and clocks are set.
const toleranceMs = 1_000

/** The process that a pid file names, if it is the one that the file was written for. */
export function findByPidFile(pidFile: string, root: string): number {
  const file = path.resolve(root, pidFile)
  const { text, writtenAt, owner } = readPidFile(file)
  const pid = parsePid(file, text)
  if (identify(pid) === undefined) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: `The app is not running: ${file} names process ${pid}, which has ended.`,
      remedy: 'Start the app, then try again. The file is left over from its last life.',
    })
  }
  const { argv, startedAt, user } = readServingProcess(pid)
  if (startedAt > writtenAt + toleranceMs) {
    throw new PurserError('APP_NOT_THIS_ONE', {
      message: `${file} names process ${pid}, but that is another program: "${argv[0]}" started at ${new Date(startedAt).toISOString()}, after the file was written at ${new Date(writtenAt).toISOString()}.`,
      remedy:
        'The app has ended and its pid was used again, or the clock was set since: start the app again, then try again.',
    })
  }
  // Or an app could have its tasks run as anybody, by naming a process of theirs.
  if (owner !== 0 && owner !== user.uid) {
    throw new PurserError('APP_NOT_THIS_ONE', {
      message: `${file} belongs to user ${owner} and names process ${pid}, which belongs to user ${user.uid}: it can't be trusted to name the app.`,
      remedy: "Let the app's own user, or root, write the file.",
    })
  }
  return pid
}

function parsePid(file: string, text: string): number {
  if (!/^\s*[1-9]\d{0,9}\s*$/.test(text)) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: `The pid file ${file} holds ${JSON.stringify(text.slice(0, 40))}, which is no process id.`,
      remedy: 'Name the file that the app writes its process id to, in `local({ pidFile })`.',
    })
  }
  return Number(text)
}

// More than any pid with its line's end.
const longestText = 64

function readPidFile(file: string): { text: string; writtenAt: number; owner: number } {
  let descriptor: number | undefined
  try {
    // not waiting for a writer, should it be a FIFO
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) throw new TypeError('it is no regular file')
    const bytes = Buffer.alloc(longestText)
    const text = bytes.toString('utf8', 0, readSync(descriptor, bytes))
    return { text, writtenAt: stat.mtimeMs, owner: stat.uid }
  } catch (error) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: failedWith(error, 'ENOENT')
        ? `The app is not running: there is no pid file ${file}.`
        : `The pid file ${file} can't be read: ${reasonOf(error)}.`,
      remedy: 'Start the app, or correct `local({ pidFile })` in the configuration.',
      cause: error,
    })
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
