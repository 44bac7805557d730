import { byteSize } from '../../core/text.ts'
import type { Frame } from '../../runs/frames.ts'
import { ProgressLine } from './progress-line.ts'
import { paintNotice } from './style.ts'

/** Prints frames: the task's streams to ours, Purser's own words to stderr; its progress only while it is `live`. */
export async function printFrames(
  frames: AsyncIterable<Frame>,
  { live }: { readonly live: boolean },
): Promise<void> {
  const progress = new ProgressLine(process.stderr)
  let isLineOpen = false
  for await (const frame of frames) {
    switch (frame.kind) {
      case 'output':
        progress.clear()
        await write(frame.stream === 'stderr' ? process.stderr : process.stdout, frame.bytes)
        isLineOpen = frame.bytes.at(-1) !== newline
        break
      case 'progress':
        if (live) progress.update(frame)
        break
      case 'notice':
        progress.clear()
        console.error(paintNotice(frame.text))
        break
      case 'cut':
        progress.clear()
        console.error(paintNotice(cutNotice(frame.bytes)))
        break
      case 'started':
      case 'outcome':
        progress.clear()
    }
  }
  progress.clear()
  // so that what comes next on a terminal does not stick to the task's last words
  if (isLineOpen && process.stdout.isTTY) process.stderr.write('\n')
}

const newline = 0x0a

function cutNotice(bytes: number): string {
  return `${byteSize(bytes)} of output are missing here: cut by the quota, or the disk was full`
}

/** Frames as NDJSON: bytes as text where they are UTF-8, else as base64. */
export async function printFramesAsJson(frames: AsyncIterable<Frame>): Promise<void> {
  for await (const frame of frames) await write(process.stdout, `${JSON.stringify(toJson(frame))}\n`)
}

function toJson(frame: Frame): object {
  if (frame.kind !== 'output') return frame
  const { bytes, ...rest } = frame
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('utf8')
  return Buffer.from(text).equals(buffer) ? { ...rest, text } : { ...rest, base64: buffer.toString('base64') }
}

/** Waits for a slow reader, so that a million lines do not pile up in memory. */
async function write(stream: NodeJS.WriteStream, data: Uint8Array | string): Promise<void> {
  if (stream.write(data)) return
  await new Promise((resolve) => stream.once('drain', resolve))
}
