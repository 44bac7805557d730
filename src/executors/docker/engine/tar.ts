import type { Readable } from 'node:stream'

/** A file as archives of the engine's carry it. */
export interface ArchivedFile {
  /** Without a leading slash; at most 100 bytes. */
  readonly path: string
  /** As in `chmod(2)`. */
  readonly mode: number
  readonly bytes: Uint8Array
}

const block = 512

/** An archive of one file, in the ustar format of POSIX.1 pax(1). It belongs to root and is as old as the epoch. */
export function writeTar({ path, mode, bytes }: ArchivedFile): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`"${path}" is too long for a tar archive.`)
  const header = Buffer.alloc(block)
  header.write(path, 0)
  header.write(octal(mode, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(bytes.length, 12), 124)
  header.write(octal(0, 12), 136)
  header.write('        0', 148) // the checksum counts itself as spaces; then the type, a file
  header.write('ustar\u000000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${octal(checksum, 7)} `, 148)
  return Buffer.concat([header, bytes, Buffer.alloc(padding(bytes.length) + 2 * block)])
}

/**
 * The first regular file of an archive; `undefined` when it has none. Throws a `RangeError` where the
 * archive is damaged.
 */
export async function readFirstFile(archive: Readable): Promise<ArchivedFile | undefined> {
  const take = takeFrom(archive)
  for (;;) {
    const header = await take(block)
    if (header === undefined || header[0] === 0) return undefined
    const length = numberAt(header, 124, 12)
    const bytes = await take(length + padding(length))
    if (bytes === undefined) throw new RangeError('A tar archive ended within a file.')
    const type = header[156]
    if (type !== 0 && type !== 0x30) continue
    archive.destroy()
    // Docker keeps the type in the mode too.
    const mode = numberAt(header, 100, 8) & 0o7777
    return { path: textAt(header, 0, 100), mode, bytes: bytes.subarray(0, length) }
  }
}

/** Hands out so many bytes each time it is asked; `undefined` when there are not so many any more. */
function takeFrom(source: Readable): (count: number) => Promise<Buffer | undefined> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let held: Buffer[] = []
  let heldBytes = 0
  return async (count) => {
    while (heldBytes < count) {
      const { done, value } = await chunks.next()
      if (done) return undefined
      held.push(value)
      heldBytes += value.length
    }
    const all = Buffer.concat(held)
    held = [all.subarray(count)]
    heldBytes -= count
    return all.subarray(0, count)
  }
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

function padding(length: number): number {
  return (block - (length % block)) % block
}

function textAt(header: Buffer, start: number, length: number): string {
  return header.toString('utf8', start, start + length).replace(/\0.*$/s, '')
}

function numberAt(header: Buffer, start: number, length: number): number {
  const text = textAt(header, start, length).trim()
  if (!/^[0-7]*$/.test(text)) throw new RangeError('A tar archive has a header that is none.')
  return Number.parseInt(text || '0', 8)
}
