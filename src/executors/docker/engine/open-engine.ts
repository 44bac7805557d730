import { Connections } from './connect/connections.ts'
import type { Engine } from './engine.ts'
import { HttpEngine } from './http-engine.ts'
import { type EngineOptions, locateEngine, type Variables } from './locate/locate.ts'

/**
 * Finds the engine that is meant; nothing is connected before something is asked of it. `variables` are those of whoever
 * types, for what Docker's own CLI reads of them, and for `ssh`. Throws `ENGINE_UNKNOWN`.
 */
export async function openEngine(options: EngineOptions, variables: Variables): Promise<Engine> {
  const located = await locateEngine(options, variables)
  return new HttpEngine(located, await Connections.to(located, variables))
}
