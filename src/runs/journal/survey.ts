import type { Stream } from '../frames.ts'
import { decodeFrame, decodeHead } from './codec.ts'
import { listSegments } from './folder.ts'
import { readSegment } from './segment.ts'

/** A frame's cursor, and the bytes of output before it. */
export interface Place {
  readonly cursor: number
  readonly offset: number
}

/** A segment as far as its lines can be read. */
export interface SurveyedSegment {
  readonly number: number
  /** Its whole lines. */
  readonly lines: Buffer
  readonly begin: Place
  readonly end: Place
  /** Bytes of output in it, by stream, and bytes of the lines of other frames. */
  readonly streams: ReadonlyMap<Stream, number>
  readonly other: number
}

/** What is in a journal whose writer is dead, segment by segment; without those that it did not come to write into. */
export async function survey(folder: string): Promise<readonly SurveyedSegment[]> {
  const surveyed: SurveyedSegment[] = []
  for (const number of await listSegments(folder)) {
    const lines = await readSegment(folder, number)
    const segment = lines && surveySegment(number, lines)
    if (segment !== undefined) surveyed.push(segment)
  }
  return surveyed
}

function surveySegment(number: number, lines: Buffer): SurveyedSegment | undefined {
  const [head = '', ...frames] = lines.toString().split('\n').slice(0, -1)
  const begin = decodeHead(head)
  if (begin === undefined) return undefined
  const streams = new Map<Stream, number>()
  let { cursor, offset } = begin
  let other = 0
  for (const line of frames) {
    const frame = decodeFrame(line)
    if (frame === undefined) break
    if (frame.kind === 'output') {
      offset += frame.bytes.length
      streams.set(frame.stream, (streams.get(frame.stream) ?? 0) + frame.bytes.length)
    } else {
      other += line.length
    }
    cursor = frame.cursor + 1
  }
  return { number, lines, begin, end: { cursor, offset }, streams, other }
}
