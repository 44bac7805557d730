import type { Run } from '../runs/run.ts'
import type { Interruption } from './interruption.ts'
import { paint } from './terminal/style.ts'
import { leftToItself } from './watch-run.ts'

/**
 * What Ctrl-C and its like mean to a rehearsal: the first time, to stop in order, which the signal that is given back says;
 * the second time, or when the terminal closes, to give up at once. `begun` gives its run, once there is one.
 */
export function stopRehearsal(interruption: Interruption, begun: () => Run | undefined): AbortSignal {
  const stopping = new AbortController()
  interruption.onFirst(async () => {
    console.error(paint('yellow', '\n  Ending the rehearsal, and dropping its clones …', process.stderr))
    stopping.abort()
  })
  interruption.leave.addEventListener('abort', () => {
    const run = begun()
    if (run !== undefined) console.error(paint('yellow', describeLeft(run), process.stderr))
    process.exit(leftToItself)
  })
  return stopping.signal
}

function describeLeft({ id, request: { environment } }: Run): string {
  return [
    `\n  Given up. Clones that are left are dropped by the next rehearsal, or by \`purser clone list -e ${environment}\`.`,
    `  The command is cut off from them; if it still works, \`purser cancel ${id}\` ends it.`,
  ].join('\n')
}
