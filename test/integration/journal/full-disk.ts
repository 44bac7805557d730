import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { digestOf } from '../../../src/runs/journal/digest.ts'
import { closeJournal } from '../../../src/runs/journal/post-mortem.ts'
import { readFrames } from '../../../src/runs/journal/reader.ts'
import { type Journal, openJournal } from '../../../src/runs/journal/writer.ts'

// In a mount namespace of its own: fills a small disk in FOLDER, and prints what became of three journals there.
const [disk = ''] = process.argv.slice(2)
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
const all: Buffer[] = []

async function write(journal: Journal, bytes: number): Promise<void> {
  for (let written = 0; written < bytes; written += 10_000) {
    const chunk = Buffer.from(randomBytes(7_500).toString('base64'))
    all.push(chunk)
    await journal.append({ kind: 'output', stream: 'stdout', bytes: chunk })
  }
}

function fill(): void {
  for (let size = 1_000_000; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(path.join(disk, 'filling'), randomBytes(size), { flag: 'a' })
    } catch {
      // full for this size
    }
  }
}

function folderOf(name: string): string {
  const folder = path.join(disk, name)
  mkdirSync(folder)
  return folder
}

const room = path.join(disk, 'room')
writeFileSync(room, randomBytes(600_000))
const abandoned = folderOf('abandoned')
const neverClosed = await openJournal(abandoned, { quotaBytes: 50_000_000, now: Date.now })
await neverClosed.append({ kind: 'started', pid: 1, containment: 'exact' })
await new Promise((resolve) => setTimeout(resolve, 50))

const folder = folderOf('attempt')
const journal = await openJournal(folder, { quotaBytes: 50_000_000, now: Date.now })
await write(journal, 3_000_000)
rmSync(room)
await new Promise((resolve) => setTimeout(resolve, 200))
await write(journal, 300_000)
await new Promise((resolve) => setTimeout(resolve, 50))
fill()
await write(journal, 2_000_000)
const free = statfsSync(disk).bavail
const outcome = await journal.outcome({ end: 'exited', code: 0 })

const pieces: { kind: string; text: string; bytes: number }[] = []
for await (const frame of readFrames(folder)) {
  if (frame.kind === 'cut') pieces.push({ kind: 'cut', text: '', bytes: frame.bytes })
  if (frame.kind !== 'output') continue
  const text = Buffer.from(frame.bytes).toString()
  const last = pieces.at(-1)
  if (last?.kind === 'output') last.text += text
  else pieces.push({ kind: 'output', text, bytes: 0 })
}
const written = Buffer.concat(all).toString()
const places = pieces.map(({ kind, text, bytes }) =>
  kind === 'cut' ? { cut: bytes } : { from: written.indexOf(text), length: text.length },
)

fill()
const refusal: unknown = await openJournal(folderOf('refused'), { quotaBytes: 1, now: Date.now }).catch(
  (error) => error,
)
const lost = await closeJournal(abandoned, { end: 'lost', why: 'test' })
console.log(
  JSON.stringify({
    free,
    written: written.length,
    outcome,
    digest: await digestOf(folder),
    places,
    refusal,
    lost,
  }),
)
process.exit()
