import path from 'node:path'
import { PurserError } from '../../../core/errors.ts'
import type { ProbedProcess } from '../../../environment/probe/answer.ts'
import type { ContainerConfig } from '../engine/types.ts'

/**
 * Whether the image's entrypoint makes room for a command (`exec "$@"`), so that it runs before a task as before the
 * app, or is the app itself. Throws `ENTRYPOINT_AMBIGUOUS` where the running app does not show it.
 */
export function entrypointRuns(
  { Entrypoint, Cmd }: ContainerConfig,
  { argv, parentArgv }: Pick<ProbedProcess, 'argv' | 'parentArgv'>,
  declared: 'run' | 'skip' | undefined,
): boolean {
  const entrypoint = Entrypoint ?? []
  const command = Cmd ?? []
  if (entrypoint.length === 0) return false
  if (declared !== undefined) return declared === 'run'
  // Where there is nothing but the entrypoint, it is what the task takes the place of.
  if (command.length === 0) return false
  if (isInit(entrypoint)) return true
  const whole = [...entrypoint, ...command]
  if (isWhole(argv, whole)) return false
  if (isCommand(argv, command)) return true
  // The command is a script, and the app its child.
  if (isCommand(parentArgv, command) && !endsWith(parentArgv, whole)) return true
  throw new PurserError('ENTRYPOINT_AMBIGUOUS', {
    message: `Whether the entrypoint ${JSON.stringify(entrypoint)} would run a command in the app's place can't be told: the app runs as the program ${JSON.stringify(argv[0] ?? '')}.`,
    remedy:
      "Say it in `docker({ … })`: `entrypoint: 'run'` where it ends with `exec \"$@\"`, `entrypoint: 'skip'` where it is the app, migrates by itself, or ignores its command.",
  })
}

/** Nothing but one of those that do nothing else than run a command: `tini -g --`, `dumb-init --rewrite 15:2 --`. */
function isInit([program = '', ...options]: readonly string[]): boolean {
  return (
    /^(?:tini(?:-static)?|dumb-init|catatonit|docker-init)$/.test(path.basename(program)) &&
    options.every((option) => option.startsWith('-') || /^\d+:\d+$/.test(option))
  )
}

const shells = /^(?:ba|da|a|k|z)?sh$/

/**
 * Whether the process still is what was started, entrypoint and command in one: `ENTRYPOINT ["node"]` with
 * `CMD ["server.js"]`, or a script that an interpreter runs. A shell may have other processes that are the app.
 */
function isWhole(argv: readonly string[], whole: readonly string[]): boolean {
  if (!endsWith(argv, whole)) return isTitle(argv, whole)
  return argv.length === whole.length || !shells.test(path.basename(argv[0] ?? ''))
}

/** Whether the command runs as it was written, in a process of its own or in the entrypoint's place. */
function isCommand(argv: readonly string[], command: readonly string[]): boolean {
  return endsWith(argv, command) || isShellForm(argv, command) || isTitle(argv, command)
}

/** A script's interpreter stands before it, and has it with the folder in which it was found. */
function endsWith(words: readonly string[], [first = '', ...others]: readonly string[]): boolean {
  const at = words.length - others.length - 1
  const found = words[at] ?? ''
  return (
    at >= 0 &&
    (found === first || found.endsWith(`/${first}`)) &&
    others.every((word, after) => word === words[at + 1 + after])
  )
}

/** `CMD node server.js` is `/bin/sh -c "node server.js"`, which some shells become the program of. */
function isShellForm(argv: readonly string[], [shell = '', option, line = '']: readonly string[]): boolean {
  return (
    shells.test(path.basename(shell)) &&
    option === '-c' &&
    argv.join(' ') === line.replace(/^exec /, '').trim()
  )
}

/** Some programs write what they are over their arguments: `npm start`, `nginx: master process nginx -g daemon off;`. */
function isTitle([title = '', ...rest]: readonly string[], words: readonly string[]): boolean {
  return rest.every((word) => word === '') && ` ${title}`.trimEnd().endsWith(` ${words.join(' ')}`)
}
