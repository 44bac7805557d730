import { createHash, createHmac, randomInt } from 'node:crypto'

/**
 * A key for one comparison. The probe hashes `block`, a value and a line end, which is HMAC-SHA256's inner half (RFC
 * 2104), so that the value does not leave the container; `finish` does the other half. The line end is what a shell's
 * here-document adds.
 */
export interface ComparisonKey {
  /** 64 letters and digits: the key, combined with HMAC's inner padding. */
  readonly block: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const blockBytes = 64
const innerPad = 0x36
const outerPad = 0x5c

export function newComparisonKey(): ComparisonKey {
  const symbols = Array.from({ length: blockBytes }, () => alphabet[randomInt(alphabet.length)])
  return { block: symbols.join('') }
}

/** The keyed digest, in hex, from the hash that a probe made of `block`, the value and a line end. */
export function finish(key: ComparisonKey, inner: string): string {
  const outer = keyBytes(key).map((byte) => byte ^ outerPad)
  return createHash('sha256').update(outer).update(Buffer.from(inner, 'hex')).digest('hex')
}

/** The keyed digest of a value that is known here, in hex. */
export function keyedDigest(key: ComparisonKey, value: string | Uint8Array): string {
  return createHmac('sha256', keyBytes(key)).update(value).update('\n').digest('hex')
}

function keyBytes({ block }: ComparisonKey): Uint8Array {
  return Uint8Array.from(Buffer.from(block), (byte) => byte ^ innerPad)
}
