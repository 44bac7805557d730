import { createRedactor } from '../../../src/core/redaction/redactor.ts'
import { openJournal } from '../../../src/runs/journal/writer.ts'

// Redacts and appends MEGABYTES of output as fast as it can, and prints how far its memory grew, in MB.
const [folder = '', megabytes = ''] = process.argv.slice(2)
const secrets = Array.from({ length: 20 }, (_, i) => ({
  name: `TOKEN_${i}`,
  value: `${i}-not-to-be-seen-${i}`,
}))
const redaction = createRedactor(secrets).stream()
const journal = await openJournal(folder, { quotaBytes: 50_000_000, now: Date.now })
const before = process.resourceUsage().maxRSS
for (let i = 0; i < Number(megabytes) * 16; i += 1) {
  const chunk = Buffer.alloc(62_500, `a line that says ${i} and 7-not-to-be-seen-7\n`)
  await journal.append({ kind: 'output', stream: 'stdout', bytes: redaction.write(chunk) })
}
const { output } = await journal.outcome({ end: 'exited', code: 0 })
const grown = (process.resourceUsage().maxRSS - before) / 1_000
console.log(JSON.stringify({ grown, ...output }))
