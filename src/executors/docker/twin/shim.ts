import { quote } from '../../../environment/probe/parts/quote.ts'
import type { Argv } from '../../../tasks/task.ts'
import type { OutputMode } from '../../../tasks/task-options.ts'
import type { Work } from '../../executor.ts'
import { applets } from '../probe/applets.ts'
import { splitPair } from '../probe/read-variables.ts'

/** The shell of a twin: its image's own, or a helper's that was put into it. */
export type Shell = readonly [program: string, ...args: string[]]

export const ownShell: Shell = ['/bin/sh']

/** Where a helper's busybox is put in a twin whose image has no shell: a volume of the twin's own. */
export const helperFolder = '/.purser'
const helperBusybox = `${helperFolder}/busybox`
export const helperShell: Shell = [helperBusybox, 'sh']

/** What the shim is told before anything else. */
export function shellOpening(shell: Shell): string {
  return shell === helperShell ? `${applets(helperBusybox)}\n` : ''
}

/** A twin's command, in the place of its work: a shell that is told on stdin what to do. */
export function shimCommand(shell: Shell, words: readonly string[]): readonly string[] {
  return [...shell, '-s', '--', ...words]
}

/** The program and arguments that the shim becomes; those of a task are completed by `beforeWork`. */
export function workWords(work: Work, node: Argv): Argv {
  return work.kind === 'command' ? work.argv : node
}

/** What a shim tells behind its mark when it becomes the command. */
export const begunRecord = 'begun'

interface ShimOptions {
  readonly nonce: string
  /** `NAME=value` pairs that only the task may see. */
  readonly hidden: readonly string[]
  readonly output: OutputMode
}

/** Lines for the shim, to be run between the verdict and its command. */
export function beforeWork(work: Work, { nonce, hidden, output }: ShimOptions): readonly string[] {
  return [
    `printf '\\036%s ${begunRecord}\\037' ${quote(nonce)}`,
    ...exportLines(hidden),
    ...(output === 'merged' ? ['exec 2>&1'] : []),
    // the assignment comes over what was the shell's stdin
    ...(work.kind !== 'command' ? [findReleaseSide, 'set -- "$@" "$purser_side" work', 'exec 3<&0'] : []),
    'exec < /dev/null',
  ]
}

function exportLines(pairs: readonly string[]): string[] {
  return pairs.map(splitPair).map(([name, value]) => `export ${name}=${quote(value)}`)
}

/** Where the app's packages have Purser: in the nearest `node_modules`, from the working folder up. */
const findReleaseSide = `purser_at=$(pwd -P)
until [ -f "$purser_at/node_modules/purser/dist/bin/release.js" ]; do
  case $purser_at in
  '' | /)
    echo 'The image has no package "purser" where it works, so that it has no tasks: only commands can be run in it.' >&2
    exit 127 ;;
  esac
  purser_at=$(dirname -- "$purser_at")
done
purser_side=$purser_at/node_modules/purser/dist/bin/release.js`

/**
 * A script for a shim of the app's node, which becomes the release side and answers the question that comes on stdin once
 * the mark was printed: answers on stdout after that line, and what task files print while they load on stderr. It ends
 * with 127 where the image has no release side or no node.
 */
export function answerScript(shell: Shell, mark: string, hidden: readonly string[]): string {
  const lines = [
    ...exportLines(hidden),
    findReleaseSide,
    `printf '%s\\n' ${quote(mark)}`,
    'exec "$@" "$purser_side" answer 3>&1 1>&2',
  ]
  // one command, from brace to brace, so that the shell has read all of it, and nothing of the question
  return `${shellOpening(shell)}{\n${lines.join('\n')}\n}\n`
}
