import { isUtf8 } from 'node:buffer'
import type { Frame } from '../frames.ts'

/** The first line of a segment: where in the attempt it begins, so that a reader knows what is missing before it. */
export interface SegmentHead {
  readonly version: 1
  /** The cursor of its first frame. */
  readonly cursor: number
  readonly at: number
  /** Bytes of output that the task had written before it. */
  readonly offset: number
}

type Output = Extract<Frame, { kind: 'output' }>
type StoredOutput = Omit<Output, 'bytes'> & ({ readonly text: string } | { readonly base64: string })

export function encodeHead(head: SegmentHead): Buffer {
  return line(JSON.stringify(head))
}

/** One line. Output is kept as text where it is valid UTF-8, so that people can read it, else as base64. */
export function encodeFrame(frame: Frame): Buffer {
  return line(frame.kind === 'output' ? encodeOutput(frame) : JSON.stringify(frame))
}

function encodeOutput({ bytes, ...rest }: Output): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isUtf8(buffer)) {
    const asText = JSON.stringify({ ...rest, text: buffer.toString() })
    // NULs and the like are six characters each in JSON, which would make a segment far larger than what it keeps
    if (asText.length <= 2 * buffer.length + 200) return asText
  }
  return JSON.stringify({ ...rest, base64: buffer.toString('base64') })
}

function line(json: string): Buffer {
  return Buffer.from(`${json}\n`)
}

/** Nothing for a line that was torn or damaged. */
export function decodeHead(json: string): SegmentHead | undefined {
  return parse<SegmentHead>(json)
}

/** Nothing for a line that was torn or damaged. */
export function decodeFrame(json: string): Frame | undefined {
  const stored = parse<Exclude<Frame, Output> | StoredOutput>(json)
  if (stored?.kind !== 'output') return stored
  const { cursor, at, kind, stream } = stored
  const bytes = 'text' in stored ? Buffer.from(stored.text) : Buffer.from(stored.base64, 'base64')
  return { cursor, at, kind, stream, bytes }
}

function parse<T extends object>(json: string): T | undefined {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
