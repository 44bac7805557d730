import { createHash, webcrypto } from 'node:crypto'
import { listSegments } from './folder.ts'
import { readSegment } from './segment.ts'

/** SHA-256 of a segment's lines, away from the main thread. */
export async function segmentDigest(lines: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', new Uint8Array(lines)))
}

/** SHA-256, in hex, of the digests of the segments that were kept, in their order. */
export function journalDigest(segments: readonly Uint8Array[]): string {
  return segments.reduce((hash, digest) => hash.update(digest), createHash('sha256')).digest('hex')
}

/** The digest of what is in the folder now, to be compared with the one that the outcome and the ledger have. */
export async function digestOf(folder: string): Promise<string> {
  const digests: Uint8Array[] = []
  for (const number of await listSegments(folder)) {
    const lines = await readSegment(folder, number)
    if (lines !== undefined) digests.push(await segmentDigest(lines))
  }
  return journalDigest(digests)
}
