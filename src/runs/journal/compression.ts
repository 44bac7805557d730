import { promisify } from 'node:util'
import zlib from 'node:zlib'

type Codec = (bytes: Uint8Array) => Promise<Buffer>

// Node has zstd since 22.15: smaller than gzip, in a third of its time.
const { zstdCompress, zstdDecompress }: Partial<typeof zlib> = zlib
const pack: { readonly suffix: string; readonly compress: Codec } = zstdCompress
  ? { suffix: '.zst', compress: promisify(zstdCompress) }
  : { suffix: '.gz', compress: promisify(zlib.gzip) }

/** The endings that a compressed segment may have, whichever Node wrote it. */
export const compressedSuffixes = ['.zst', '.gz'] as const

/** Compresses away from the main thread, as well as this Node can. */
export async function compress(bytes: Uint8Array): Promise<{ bytes: Buffer; suffix: string }> {
  return { bytes: await pack.compress(bytes), suffix: pack.suffix }
}

export async function decompress(
  bytes: Uint8Array,
  suffix: (typeof compressedSuffixes)[number],
): Promise<Buffer> {
  if (suffix === '.gz') return promisify(zlib.gunzip)(bytes)
  if (zstdDecompress === undefined) throw new TypeError('Reading this journal needs Node 22.15 or newer.')
  return promisify(zstdDecompress)(bytes)
}
