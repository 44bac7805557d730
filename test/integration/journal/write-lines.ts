import { openJournal } from '../../../src/runs/journal/writer.ts'
import { numberedLines } from './text.ts'

// Appends numbered lines, cut anywhere, with a pause now and then: FOLDER QUOTA LINES, or until it is killed.
const [folder = '', quotaBytes = '', lines = ''] = process.argv.slice(2)
const journal = await openJournal(folder, { quotaBytes: Number(quotaBytes), now: Date.now })
await journal.append({ kind: 'started', pid: process.pid, containment: 'best-effort' })
const blockLines = 500
for (let line = 0; line < Number(lines); line += blockLines) {
  const bytes = numberedLines(line, line + blockLines)
  const cut = (line * 31) % bytes.length
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
    await journal.append({ kind: 'output', stream: 'stdout', bytes: piece })
  }
  if (line % (7 * blockLines) === 0) await new Promise((resolve) => setTimeout(resolve, 3))
}
await journal.outcome({ end: 'exited', code: 0 })
