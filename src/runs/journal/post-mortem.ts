import { existsSync } from 'node:fs'
import type { OutputSummary } from '../frames.ts'
import type { Outcome } from '../outcomes.ts'
import { decodeFrame, decodeHead } from './codec.ts'
import { journalDigest, segmentDigest } from './digest.ts'
import { listSegments, segmentFile } from './folder.ts'
import { type OutcomeFrame, readOutcome, writeOutcome } from './outcome-file.ts'
import { packSegment, readSegment } from './segment.ts'

/**
 * Writes the last frame of a journal whose writer is known to be dead, unless there is one. Any number of processes
 * may try at once; the answer is the frame that stands.
 */
export async function closeJournal(folder: string, outcome: Outcome, now = Date.now): Promise<OutcomeFrame> {
  const last = await readOutcome(folder)
  if (last !== undefined) return last
  const { cursor, output } = await finish(folder)
  return writeOutcome(folder, { cursor, at: now(), kind: 'outcome', outcome, output })
}

/** Compresses what the writer left raw, and sums up all that is there. */
async function finish(folder: string): Promise<{ cursor: number; output: OutputSummary }> {
  const digests: Uint8Array[] = []
  let end: Place = { cursor: 0, offset: 0 }
  let kept = 0
  for (const number of await listSegments(folder)) {
    const lines = await readSegment(folder, number)
    if (lines === undefined) continue
    digests.push(await segmentDigest(lines))
    const reach = reachOf(lines)
    kept += reach === undefined ? 0 : reach.end.offset - reach.begin.offset
    end = reach?.end ?? end
    if (existsSync(segmentFile(folder, number))) await packSegment(folder, number, lines)
  }
  return {
    cursor: end.cursor,
    output: { bytes: end.offset, cut: end.offset - kept, digest: journalDigest(digests) },
  }
}

/** A frame's cursor, and the bytes of output before it. */
interface Place {
  readonly cursor: number
  readonly offset: number
}

/** As far as its lines can be read; nothing when the writer did not come further than to make the file. */
function reachOf(lines: Buffer): { begin: Place; end: Place } | undefined {
  const [head = '', ...frames] = lines.toString().split('\n').slice(0, -1)
  const begin = decodeHead(head)
  if (begin === undefined) return undefined
  let { cursor, offset } = begin
  for (const line of frames) {
    const frame = decodeFrame(line)
    if (frame === undefined) break
    if (frame.kind === 'output') offset += frame.bytes.length
    cursor = frame.cursor + 1
  }
  return { begin, end: { cursor, offset } }
}
