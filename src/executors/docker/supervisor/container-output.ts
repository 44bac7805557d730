import type { Duplex } from 'node:stream'
import { stateOf } from '../containers/container.ts'
import { untilAnswered } from '../containers/patience.ts'
import { demultiplex, type OutputChunk } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'

/** The engine's log keeps at least so many bytes of a twin's output; of more it may have dropped the beginning. */
export const logKeeps = 45_000_000

/**
 * All that a container prints, once, from the connection that was there before it started. Where that breaks, the rest
 * comes out of the engine's log. Throws a sentence where that does not have it any more.
 */
export async function* outputOf(
  engine: Engine,
  id: string,
  connection: Duplex,
): AsyncGenerator<OutputChunk, void> {
  const seen = new Seen()
  if ((await (yield* passOn(demultiplex(connection), seen))) && (await hasEnded(engine, id))) return
  yield* logOf(engine, id, seen)
}

/** All that a container has printed and prints, without what was seen of it, out of the engine's log. */
export async function* logOf(
  engine: Engine,
  id: string,
  seen = new Seen(),
): AsyncGenerator<OutputChunk, void> {
  for (let isRead = false; ; ) {
    // what was followed to its end may lack what comes after the last whole line: it is read again
    const isComplete = await hasEnded(engine, id)
    if (seen.stdout + seen.stderr > logKeeps) {
      if (isRead && isComplete) return
      throw new RangeError('its log is longer than the engine keeps')
    }
    const query = { follow: !isComplete, stdout: true, stderr: true }
    const log = await untilAnswered(() => engine.stream(enginePath`/containers/${id}/logs`, { query }))
    if (log === undefined) return
    isRead = yield* passOn(withoutSeen(demultiplex(log), seen.copy()), seen)
    if (isRead && isComplete) return
  }
}

/** How many bytes of each stream were passed on. */
class Seen {
  stdout = 0
  stderr = 0

  copy(): Seen {
    return Object.assign(new Seen(), this)
  }
}

/** Whether it came to its end, and did not break. */
async function* passOn(chunks: AsyncIterable<OutputChunk>, seen: Seen): AsyncGenerator<OutputChunk, boolean> {
  try {
    for await (const chunk of chunks) {
      seen[chunk.stream] += chunk.bytes.length
      yield chunk
    }
    return true
  } catch {
    return false
  }
}

async function* withoutSeen(
  chunks: AsyncIterable<OutputChunk>,
  seen: Seen,
): AsyncGenerator<OutputChunk, void> {
  for await (const { stream, bytes } of chunks) {
    const known = Math.min(seen[stream], bytes.length)
    seen[stream] -= known
    if (known < bytes.length) yield { stream, bytes: bytes.subarray(known) }
  }
}

/** A stream that ends while its container works was cut, however cleanly. */
async function hasEnded(engine: Engine, id: string): Promise<boolean> {
  return (await untilAnswered(() => stateOf(engine, id)))?.Running !== true
}
