import { PurserError } from '../../../core/errors.ts'
import type { ProbedProcess } from '../../../environment/probe/answer.ts'
import type { ContainerConfig } from '../engine/types.ts'

/**
 * Whether the image's entrypoint makes room for a command (`exec "$@"`), so that it runs before a task as before the
 * app, or is the app itself. Throws `ENTRYPOINT_AMBIGUOUS` where the running app does not show it.
 */
export function entrypointRuns(
  { Entrypoint, Cmd }: ContainerConfig,
  { argv, initArgv }: ProbedProcess,
  declared: 'run' | 'skip' | undefined,
): boolean {
  const entrypoint = Entrypoint ?? []
  const command = Cmd ?? []
  if (entrypoint.length === 0) return false
  if (declared !== undefined) return declared === 'run'
  // Where there is nothing but the entrypoint, it is what the task takes the place of.
  if (command.length === 0) return false
  // Process 1 still is what was started, entrypoint and command in one: `ENTRYPOINT ["node"]`, `CMD ["server.js"]`.
  if (isSame(initArgv, [...entrypoint, ...command]) && isSame(argv, initArgv)) return false
  // The command runs as it was written, in a process of its own or in the entrypoint's place, perhaps behind a prefix.
  if (endsWith(argv, command) || isShellForm(argv, command)) return true
  throw new PurserError('ENTRYPOINT_AMBIGUOUS', {
    message: `Whether the entrypoint ${JSON.stringify(entrypoint)} would run a command in the app's place can't be told: the app runs as ${JSON.stringify(argv)}.`,
    remedy:
      "Say it in `docker({ … })`: `entrypoint: 'run'` where it ends with `exec \"$@\"`, `entrypoint: 'skip'` where it is the app, migrates by itself, or ignores its command.",
  })
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at])
}

function endsWith(words: readonly string[], end: readonly string[]): boolean {
  return words.length >= end.length && isSame(words.slice(-end.length), end)
}

/** `CMD node server.js` is `/bin/sh -c "node server.js"`, which some shells become the program of. */
function isShellForm(argv: readonly string[], [shell = '', option, line = '']: readonly string[]): boolean {
  return (
    /(?:^|\/)(?:ba|da|a)?sh$/.test(shell) &&
    option === '-c' &&
    argv.join(' ') === line.replace(/^exec /, '').trim()
  )
}
