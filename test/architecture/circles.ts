import type { Sources } from './sources.ts'

/** Every circle of imports, of types too, as the files that lie on it; each one once. */
export function findCircles(sources: Sources): readonly (readonly string[])[] {
  const circles: string[][] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) circles.push(trail.slice(start))
    if (start !== -1 || done.has(path)) return
    for (const { target, isOurs } of sources.get(path)?.imports ?? [])
      if (isOurs) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of sources.keys()) visit(path, [])
  return circles
}
