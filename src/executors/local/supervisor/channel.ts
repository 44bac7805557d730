import type { Duplex } from 'node:stream'
import { parseReport, type Report } from '../../../runs/reports.ts'
import type { Assignment } from '../../executor.ts'

// More than any report has: what is longer is none, and must not fill the memory.
const longestLine = 65_536

/**
 * Tells the release side its assignment and hears its reports, one JSON object a line, each when the one before it has
 * been dealt with. Resolves when the channel is closed, whoever closed it; at once where there is none.
 */
export async function converse(
  channel: Duplex | undefined,
  assignment: Assignment | undefined,
  heard: (report: Report) => Promise<void>,
): Promise<void> {
  if (channel === undefined) return
  channel.on('error', () => {}) // the task ended with the channel open; its outcome says how
  channel.write(`${JSON.stringify(assignment)}\n`)
  for await (const line of linesOf(channel)) {
    const report = parseReport(line)
    if (report !== undefined) await heard(report)
  }
}

/** Whole lines, without those that are too long to be reports. */
async function* linesOf(channel: Duplex): AsyncIterable<string> {
  let begun = ''
  channel.setEncoding('utf8')
  try {
    for await (const text of channel) {
      const lines = (begun + text).split('\n')
      begun = (lines.pop() ?? '').slice(0, longestLine + 1)
      yield* lines.filter((line) => line.length <= longestLine)
    }
  } catch {
    // cut off: the task was killed before it had read its assignment, or left the channel to a descendant
  }
}
