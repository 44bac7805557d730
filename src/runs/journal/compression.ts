import { promisify } from 'node:util'
import zlib from 'node:zlib'

// Node has zstd since 22.15: smaller than gzip, in a third of its time.
const { zstdCompress, zstdDecompress }: Partial<typeof zlib> = zlib

// Segments are about a megabyte: with Node's 16 kB, most time would go into passing pieces around.
const options = { chunkSize: 262_144 }

/** The endings that a compressed segment may have, whichever Node wrote it. */
export const compressedSuffixes = ['.zst', '.gz'] as const

interface Packed {
  readonly bytes: Buffer
  readonly suffix: (typeof compressedSuffixes)[number]
}

/** Compresses away from the main thread, as well as this Node can. */
export async function compress(bytes: Uint8Array): Promise<Packed> {
  if (zstdCompress === undefined) return { suffix: '.gz', bytes: await promisify(zlib.gzip)(bytes, options) }
  return { suffix: '.zst', bytes: await promisify(zstdCompress)(bytes, options) }
}

export async function decompress({ bytes, suffix }: Packed): Promise<Buffer> {
  if (suffix === '.gz') return promisify(zlib.gunzip)(bytes, options)
  if (zstdDecompress === undefined) throw new TypeError('This journal needs Node 22.15 or newer to be read.')
  return promisify(zstdDecompress)(bytes, options)
}
