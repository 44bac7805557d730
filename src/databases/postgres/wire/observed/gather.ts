import type { Writable } from 'node:stream'

/** Lets what is said to somebody from here on leave together, when all that follows at once is said: each departure costs. */
export function gather(stream: Writable): void {
  if (stream.writableCorked > 0) return
  stream.cork()
  process.nextTick(() => stream.uncork())
}
