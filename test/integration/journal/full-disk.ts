import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { digestOf } from '../../../src/runs/journal/digest.ts'
import { closeJournal } from '../../../src/runs/journal/post-mortem.ts'
import { readFrames } from '../../../src/runs/journal/reader.ts'
import { type Journal, openJournal } from '../../../src/runs/journal/writer.ts'
import { until } from '../../support/until.ts'

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

/** Leaves no room, whatever the journal is about to give back. */
async function fillUp(): Promise<void> {
  do {
    fill()
    await until(() => !isPacking(readdirSync(folder)))
  } while (statfsSync(disk).bavail > 0)
}

/** Whether a segment is being compressed: its copy grows, or is there and it is not gone yet. */
function isPacking(names: readonly string[]): boolean {
  return names.some((name) => /\.ndjson\.[^.]{30,}$/.test(name) || names.includes(`${name}.zst`))
}

/** How many bytes of what was written from there on can be read. */
async function keptFrom(from: number): Promise<number> {
  let [at, bytes] = [0, 0]
  for await (const frame of readFrames(folder)) {
    if (frame.kind === 'cut') at += frame.bytes
    if (frame.kind !== 'output') continue
    at += frame.bytes.length
    bytes += Math.max(0, Math.min(at - from, frame.bytes.length))
  }
  return bytes
}

/** Writes a little at a time until so much of it is kept. */
async function writeUntilKept(journal: Journal, bytes: number): Promise<void> {
  const from = writtenBytes()
  await until(async () => {
    await write(journal, 10_000)
    return (await keptFrom(from)) >= bytes
  })
}

const writtenBytes = () => all.reduce((sum, { length }) => sum + length, 0)

function folderOf(name: string): string {
  const folder = path.join(disk, name)
  mkdirSync(folder)
  return folder
}

const folder = folderOf('attempt')
const room = path.join(disk, 'room')
writeFileSync(room, randomBytes(600_000))
const abandoned = folderOf('abandoned')
const neverClosed = await openJournal(abandoned, { quotaBytes: 50_000_000, now: Date.now })
await neverClosed.append({ kind: 'started', pid: 1, containment: 'exact' })
await until(async () => {
  for await (const { kind } of readFrames(abandoned)) if (kind === 'started') return true
  return false
})

const journal = await openJournal(folder, { quotaBytes: 50_000_000, now: Date.now })
await write(journal, 3_000_000)
rmSync(room)
const roomFrom = writtenBytes()
await writeUntilKept(journal, 300_000)
await fillUp()
const fullFrom = writtenBytes()
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
    roomFrom,
    fullFrom,
    refusal,
    lost,
  }),
)
process.exit()
