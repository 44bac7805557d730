import { existsSync } from 'node:fs'
import type { OutputSummary } from '../frames.ts'
import type { Outcome } from '../outcomes.ts'
import { journalDigest, segmentDigest } from './digest.ts'
import { listSegments, segmentFile } from './folder.ts'
import { type OutcomeFrame, readOutcome, writeOutcome } from './outcome-file.ts'
import { packSegment, readSegment } from './segment.ts'
import { type Place, survey } from './survey.ts'

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
  const segments = await survey(folder)
  for (const number of await listSegments(folder)) {
    const lines = await readSegment(folder, number)
    if (lines === undefined) continue
    digests.push(await segmentDigest(lines))
    const segment = segments.find((surveyed) => surveyed.number === number)
    kept += segment === undefined ? 0 : segment.end.offset - segment.begin.offset
    end = segment?.end ?? end
    if (existsSync(segmentFile(folder, number))) await packSegment(folder, number, lines)
  }
  return {
    cursor: end.cursor,
    output: { bytes: end.offset, cut: end.offset - kept, digest: journalDigest(digests) },
  }
}
