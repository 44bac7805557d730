import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { failedWith } from '../core/errors.ts'
import type { Report } from '../runs/reports.ts'
import type { ScriptContext } from '../tasks/task.ts'

const everyMs = 100

/** Sends progress, ten times a second at most; the last word always. */
export function reporter(write: (line: string) => void): {
  progress: ScriptContext<unknown>['progress']
  send(report: Report): void
  end(): void
} {
  let latest: string | undefined
  let sentAt = Number.NEGATIVE_INFINITY
  const flush = () => {
    if (latest === undefined) return
    write(latest)
    latest = undefined
    sentAt = performance.now()
  }
  const send = (report: object) => {
    latest = JSON.stringify(report)
    if (performance.now() - sentAt >= everyMs) flush()
  }
  return {
    progress: (done, total, label) => send({ kind: 'progress', done, total, label }),
    send,
    end: flush,
  }
}

/** Reports over the channel, one a line. */
export function overChannel(channel: Socket): (line: string) => void {
  channel.unref()
  channel.on('error', () => {}) // nobody listens any more; the work goes on
  return (line) => channel.write(`${line}\n`)
}

// What a pipe takes whole (pipe(7), PIPE_BUF), so that nothing of the task's stands inside a report.
const wholeBytes = 4_096
const stderr = 2

/** Reports in stderr, where the channel goes one way only: between two control characters, behind the mark. */
export function behindMark(mark: string): (line: string) => void {
  return (line) => {
    const record = `\u001e${mark} ${line}\u001f`
    if (Buffer.byteLength(record) > wholeBytes) return
    try {
      writeSync(stderr, record)
    } catch (error) {
      // a pipe that is full, or that nobody reads any more: the next report tells more than this one
      if (!failedWith(error, 'EAGAIN', 'EPIPE')) throw error
    }
  }
}
