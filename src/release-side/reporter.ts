import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { failedWith } from '../core/errors.ts'
import type { Report } from '../runs/reports.ts'
import type { ScriptContext } from '../tasks/task.ts'

const everyMs = 100
const lastWordMs = 5_000

/** Writes one report; `false` where there is no place for it now. */
type Write = (line: string) => boolean

/** Sends progress, ten times a second at most; the last word always. */
export function reporter(write: Write): {
  progress: ScriptContext<unknown>['progress']
  send(report: Report): void
  end(): Promise<void>
} {
  let latest: string | undefined
  let sentAt = Number.NEGATIVE_INFINITY
  const flush = () => {
    if (latest !== undefined && !write(latest)) return
    latest = undefined
    sentAt = performance.now()
  }
  const send = (report: Report) => {
    latest = JSON.stringify(short(report))
    if (performance.now() - sentAt >= everyMs) flush()
  }
  return {
    progress: (done, total, label) =>
      send({
        kind: 'progress',
        done,
        ...(total === undefined ? {} : { total }),
        ...(typeof label === 'string' ? { label } : {}),
      }),
    send,
    async end() {
      const deadline = performance.now() + lastWordMs
      for (flush(); latest !== undefined && performance.now() < deadline; flush()) await sleep(everyMs / 10)
    },
  }
}

// Together at most 3,600 bytes, where each character is one of control, and so less than a pipe takes whole.
const longestLabel = 400
const longestReason = 200

/** Words in it may be an error's, of any length. */
function short({ label, rests, ...report }: Report): Report {
  return {
    ...report,
    ...(label === undefined ? {} : { label: cut(label, longestLabel) }),
    ...(rests === undefined ? {} : { rests: cut(rests, longestReason) }),
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/** Reports over the channel, one a line. */
export function overChannel(channel: Socket): Write {
  channel.unref()
  channel.on('error', () => {}) // nobody listens any more; the work goes on
  return (line) => {
    channel.write(`${line}\n`)
    return true
  }
}

// What a pipe takes whole (pipe(7), PIPE_BUF), so that nothing of the task's stands inside a report.
const wholeBytes = 4_096
const stderr = 2

/**
 * Reports in stderr, where the channel goes one way only: from a control character to the line's end, behind the mark. A
 * container's log keeps whole lines; what ends none would be told late.
 */
export function behindMark(mark: string): Write {
  return (line) => {
    const record = `\u001e${mark} ${line}\n`
    if (Buffer.byteLength(record) > wholeBytes) return true
    try {
      writeSync(stderr, record)
      return true
    } catch (error) {
      // a pipe that is full: a later report tells more than this one
      if (failedWith(error, 'EAGAIN')) return false
      // or that nobody reads any more
      if (failedWith(error, 'EPIPE')) return true
      throw error
    }
  }
}
