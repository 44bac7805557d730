import type { Readable } from 'node:stream'
import { Bug, PurserError } from '../../../core/errors.ts'

/** A piece of what a container printed, as it came. */
export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Uint8Array
}

const headerLength = 8

/**
 * Takes apart what the engine sends of a container without a terminal: a stream's number, three zeros and a length in big
 * endian, then so many bytes, again and again
 * (https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach).
 * A chunk is handed on before the rest of its frame has come. Throws `ENGINE_UNREACHABLE` where it ends within a frame,
 * what the
 * source throws, and a `Bug` where these are no frames.
 */
export async function* demultiplex(source: Readable): AsyncGenerator<OutputChunk, void> {
  let header = Buffer.alloc(0)
  let stream: OutputChunk['stream'] = 'stdout'
  let left = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let rest = chunk
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left)
        left -= bytes.length
        rest = rest.subarray(bytes.length)
        yield { stream, bytes }
        continue
      }
      const missing = headerLength - header.length
      header = Buffer.concat([header, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      if (header.length < headerLength) continue
      stream = streamOf(header)
      left = header.readUInt32BE(4)
      header = Buffer.alloc(0)
    }
  }
  if (left > 0 || header.length > 0) throw torn()
}

function streamOf(header: Buffer): OutputChunk['stream'] {
  const isHeader = header.readUIntBE(1, 3) === 0
  if (isHeader && header[0] === 1) return 'stdout'
  if (isHeader && header[0] === 2) return 'stderr'
  throw new Bug(
    `Output of a container begins with ${header.toString('hex')}, which is no frame: it may have a terminal.`,
  )
}

function torn(): PurserError {
  return new PurserError('ENGINE_UNREACHABLE', {
    message:
      "The Docker Engine's stream of output ended in the middle of a piece, so that the rest is missing.",
    remedy: 'The engine was stopped, or the way to it broke: look whether it runs, and ask again.',
  })
}
