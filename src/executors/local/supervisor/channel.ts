import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import type { JsonObject } from '../../../core/json.ts'
import { parseReport, type Report } from '../../../runs/reports.ts'

/** Tells the release side its assignment and hears its reports, one JSON object a line. */
export async function converse(
  channel: Duplex,
  assignment: JsonObject,
  heard: (report: Report) => void,
): Promise<void> {
  channel.on('error', () => {}) // the task ended with the channel open; its outcome says how
  channel.write(`${JSON.stringify(assignment)}\n`)
  for await (const line of createInterface({ input: channel, crlfDelay: Number.POSITIVE_INFINITY })) {
    const report = parseReport(line)
    if (report !== undefined) heard(report)
  }
}
