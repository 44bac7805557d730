import type { SignalContext } from '../throttle.ts'

/**
 * What a signal remembers between two readings. One process may work on several batches of one task, each of which
 * reads through a `query` of its own: what is remembered belongs to that, and goes with it.
 */
export function memoryOf<T>(begin: () => T): (context: SignalContext) => T {
  const memories = new WeakMap<SignalContext['query'], T>()
  return ({ query }) => {
    const known = memories.get(query)
    if (known !== undefined) return known
    const memory = begin()
    memories.set(query, memory)
    return memory
  }
}
