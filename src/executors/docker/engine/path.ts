import type { Query } from './engine.ts'
import { EngineError } from './errors.ts'

/**
 * A path of the engine's API: enginePath`/containers/${name}/json`. Values can't leave their place in it. Throws an
 * `EngineError` with status 404 for one that could, since nothing can have that name.
 */
export function enginePath(literals: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: literals }, ...values.map(encodeName))
}

/** `?name=value&…`, or nothing. */
export function encodeQuery(query: Query = {}): string {
  const sent = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined)
      sent.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return sent.size === 0 ? '' : `?${sent}`
}

// The engine decodes a path before it cleans it of dots and of empty parts, so that encoding alone does not hold them.
function encodeName(name: string): string {
  const isSafe = name.split('/').every((part) => !['', '.', '..'].includes(part))
  if (isSafe && name.isWellFormed()) return encodeURIComponent(name)
  throw new EngineError(404, {
    message: `Nothing in a Docker Engine can have the name ${JSON.stringify(name)}.`,
    remedy: 'Use a name or an id as `docker ps -a` and `docker images` show it.',
  })
}
