/**
 * The comment of every database that Purser makes: it can be seen without connecting to it, and goes with it. A database
 * whose comment does not name itself was not made by Purser.
 */
export interface Marker {
  readonly purser: 'clone'
  readonly version: 1
  readonly name: string
  readonly kind: 'golden' | 'clone'
  readonly state: 'making' | 'ready'
  readonly environment: string
  readonly database: string
  readonly madeBy: string
  readonly host: string
  readonly pid: number
  readonly madeAt: string
  /** When the data were read from production. */
  readonly dataFrom: string
  /** Digest of which database it is a copy of. */
  readonly source: string
  /** Digest of what it was made from: the source, its schema, what is masked. */
  readonly digest: string
}

export function writeMarker(marker: Marker): string {
  // "purser" stands first: that is how one is told from afar
  const { purser, ...rest } = marker
  return JSON.stringify({ purser, ...rest })
}

/** Reads the comment of a database; nothing where it is not a marker of this very database. */
export function readMarker(name: string, comment: string | null): Marker | undefined {
  if (comment === null || !comment.startsWith('{"purser":"clone",')) return undefined
  try {
    const marker = JSON.parse(comment) as Marker
    return marker.version === 1 && marker.name === name ? marker : undefined
  } catch {
    return undefined
  }
}
