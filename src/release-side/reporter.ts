import type { Socket } from 'node:net'
import type { ScriptContext } from '../tasks/task.ts'

const everyMs = 100

/** Sends progress over the channel, ten times a second at most; the last word always. */
export function reporter(channel: Socket): { progress: ScriptContext<unknown>['progress']; end(): void } {
  channel.unref()
  channel.on('error', () => {}) // nobody listens any more; the work goes on
  let latest: string | undefined
  let sentAt = Number.NEGATIVE_INFINITY
  const send = () => {
    if (latest === undefined) return
    channel.write(latest)
    latest = undefined
    sentAt = performance.now()
  }
  return {
    progress(done, total, label) {
      latest = `${JSON.stringify({ kind: 'progress', done, total, label })}\n`
      if (performance.now() - sentAt >= everyMs) send()
    },
    end: send,
  }
}
