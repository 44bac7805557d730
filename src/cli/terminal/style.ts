import { styleText } from 'node:util'
import type { Run } from '../../runs/run.ts'
import type { Status } from '../../runs/statuses.ts'
import { columnsOf, wrapTo } from './width.ts'

type Format = Parameters<typeof styleText>[0]
type Stream = NodeJS.WriteStream

/** Colours a text where its stream is a terminal and NO_COLOR is not set. */
export function paint(format: Format, text: string, stream: Stream = process.stdout): string {
  return styleText(format, text, { stream, validateStream: true })
}

/** A sentence of Purser's own beside a run's output, on stderr. */
export function paintNotice(text: string): string {
  const written = wrapTo(`  ! ${text}`, columnsOf(process.stderr), 4)
  return paint('yellow', written, process.stderr)
}

const looks: Readonly<Record<Status, readonly [mark: string, format: Format]>> = {
  queued: ['○', 'gray'],
  starting: ['◔', 'cyan'],
  running: ['●', 'cyan'],
  pausing: ['◐', 'yellow'],
  paused: ['◐', 'yellow'],
  cancelling: ['◌', 'yellow'],
  succeeded: ['✔', 'green'],
  failed: ['✖', 'red'],
  cancelled: ['■', 'yellow'],
  refused: ['⊘', 'magenta'],
  'timed-out': ['◷', 'red'],
  lost: ['?', 'red'],
}

const verdicts = {
  pass: ['✔ pass', 'green'],
  fail: ['✖ fail', 'red'],
  'not-rehearsed': ['? not rehearsed', 'yellow'],
} as const

/**
 * How a run stands: one with nothing to do by that; a rehearsal that is over by its verdict, without which it was none; all
 * others by their status.
 */
export function paintStanding(
  { status, request, rehearsal, outcome, endedAt }: Run,
  stream: Stream = process.stdout,
): string {
  if (outcome?.end === 'needless') return paint('green', '✔ nothing to do', stream)
  if (!request.isRehearsal || endedAt === undefined || status === 'refused')
    return paintStatus(status, stream)
  const [words, format] = verdicts[rehearsal?.verdict ?? 'not-rehearsed']
  return paint(format, words, stream)
}

/** A sentence about what is being done, on stderr. */
export function paintSentence(text: string): string {
  return paint('dim', wrapTo(`  ${text}`, columnsOf(process.stderr), 2), process.stderr)
}

/** A status with its mark: told by shape as well as by colour. */
export function paintStatus(status: Status, stream: Stream = process.stdout): string {
  const [mark, format] = looks[status]
  return paint(format, `${mark} ${status}`, stream)
}
