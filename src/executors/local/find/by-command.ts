import path from 'node:path'
import { PurserError } from '../../../core/errors.ts'
import { readProc } from '../../../runs/process-identity.ts'
import { allPids, ancestry, isInContainer, topmost } from '../proc/processes.ts'
import { nulSeparated } from '../proc/serving-process.ts'

/** The processes whose command begins with these words; the program may be given without its folder. None in a container. */
export function findByCommand(command: string): readonly number[] {
  const wanted = command.trim().split(/\s+/)
  const ourselves = ancestry(process.pid)
  const alike = allPids().filter((pid) => !ourselves.has(pid) && beginsWith(commandOf(pid), wanted))
  const found = alike.filter((pid) => !isInContainer(pid))
  if (found.length === 0) throw notRunning(command, alike)
  return topmost(found)
}

function notRunning(command: string, [contained]: readonly number[]): PurserError {
  const but =
    contained === undefined
      ? ''
      : ` but process ${contained}, which has process ids of its own, as in a container`
  const remedy =
    'Start the app, or correct `local({ command })` in the configuration: `ps -eo args` shows commands.'
  return new PurserError('APP_NOT_RUNNING', {
    message: `The app is not running: no process has the command "${command}"${but}.`,
    remedy:
      contained === undefined ? remedy : `${remedy} An app in a container is found by \`docker({ … })\`.`,
  })
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
