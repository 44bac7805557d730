import { type FileHandle, open } from 'node:fs/promises'
import { failedWith } from '../../core/errors.ts'
import { segmentFile } from './folder.ts'
import { readCompressed } from './segment.ts'

/** A segment that is being read. What was opened can be read to its end, whatever becomes of its file. */
export interface SegmentLines {
  /** The whole lines that came since the last time, in blocks. */
  more(): AsyncIterable<readonly string[]>
  close(): Promise<void>
}

/** Nothing when the quota has cut it, or it is not there yet. */
export async function openSegment(folder: string, number: number): Promise<SegmentLines | undefined> {
  return (
    (await openCompressed(folder, number)) ??
    (await openRaw(folder, number)) ??
    // it was compressed between the two
    openCompressed(folder, number)
  )
}

async function openCompressed(folder: string, number: number): Promise<SegmentLines | undefined> {
  const bytes = await readCompressed(folder, number)
  if (bytes === undefined) return undefined
  let unread: Buffer | undefined = bytes
  async function* more() {
    const lines = unread === undefined ? [] : linesOf(unread)
    unread = undefined
    yield lines
  }
  return { more, close: async () => undefined }
}

async function openRaw(folder: string, number: number): Promise<SegmentLines | undefined> {
  try {
    const file = await open(segmentFile(folder, number), 'r')
    return { more: growingLines(file), close: () => file.close() }
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

const blockBytes = 262_144

function growingLines(file: FileHandle): () => AsyncIterable<readonly string[]> {
  let begun: Buffer = Buffer.alloc(0)
  return async function* () {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(blockBytes))
      if (bytesRead === 0) return
      const bytes = Buffer.concat([begun, buffer.subarray(0, bytesRead)])
      const end = bytes.lastIndexOf('\n') + 1
      begun = bytes.subarray(end)
      yield linesOf(bytes.subarray(0, end))
    }
  }
}

/** Of bytes that end with a line's end. */
function linesOf(bytes: Buffer): string[] {
  return bytes.toString().split('\n').slice(0, -1)
}
