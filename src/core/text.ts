import leven, { closestMatch } from 'leven'

/** `1 run`, `3 runs`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

/** `"a", "b" and "c"`. */
export function list(items: readonly string[], last = 'and'): string {
  const quoted = items.map((item) => `"${item}"`)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`
}

/** `Did you mean "x"?` when one of the known words is near, else the words themselves. */
export function suggest(typed: string, known: readonly string[], what: string): string {
  if (known.length === 0) return `There are no ${what}.`
  const near = closestMatch(typed, [...known])
  if (near !== undefined && leven(typed, near) <= Math.max(2, typed.length / 3))
    return `Did you mean "${near}"?`
  return `Known ${what}: ${list(known)}.`
}

/** `1.2 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `512 B`, `1.4 MB`: decimal units, as quotas are given. */
export function byteSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000
    unit += 1
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`
}
