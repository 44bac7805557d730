import path from 'node:path'
import { PurserError } from '../../../core/errors.ts'
import { readProc } from '../../../runs/process-identity.ts'
import { allPids, ancestry, topmost } from '../proc/processes.ts'
import { nulSeparated } from '../proc/serving-process.ts'

/** The processes whose command begins with these words; the program may be given without its folder. */
export function findByCommand(command: string): readonly number[] {
  const wanted = command.trim().split(/\s+/)
  const ourselves = ancestry(process.pid)
  const found = allPids().filter((pid) => !ourselves.has(pid) && beginsWith(commandOf(pid), wanted))
  if (found.length === 0) {
    throw new PurserError('APP_NOT_RUNNING', {
      message: `The app is not running: no process has the command "${command}".`,
      remedy:
        'Start the app, or correct `local({ command })` in the configuration: `ps -eo args` shows commands.',
    })
  }
  return topmost(found)
}

function commandOf(pid: number): readonly string[] {
  return nulSeparated(readProc(`/proc/${pid}/cmdline`) ?? '')
}

function beginsWith(
  [program = '', ...args]: readonly string[],
  [wanted = '', ...rest]: readonly string[],
): boolean {
  const sameProgram = program === wanted || path.basename(program) === wanted
  return sameProgram && rest.every((word, index) => args[index] === word)
}
