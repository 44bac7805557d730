import { apartUnenforced } from '../../environment/apart-unenforced.ts'
import type { Apart, Apartness } from '../../executors/executor.ts'

/** Where something listens on this machine. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** Where the wire listens, as its URL says. */
export function wirePlace({ wire }: Apart): Place {
  return placeIn(wire.url)
}

/** The host and port of a URL that names both. */
export function placeIn(url: string): Place {
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

/** The variables that a twin gets in place of the app's, where it finds the wire at that place, or where it listens. */
export function apartVariables(apart: Apart | undefined, at?: Place): Readonly<Record<string, string>> {
  if (apart === undefined) return {}
  const { variable, url } = apart.wire
  return { ...apart.variables, [variable]: at === undefined ? url : moved(url, at) }
}

/** Throws `APART_UNENFORCED` unless whoever asks knows that nothing but variables keeps the twin apart. */
export function refuseUnenforced(apart: Apart, { sentence }: Apartness): void {
  if (apart.isEnforced !== false) throw apartUnenforced(sentence)
}

/** The URL with another host and port: what else is in it is the driver's to read. */
export function moved(url: string, { host, port }: Place): string {
  const { hostname, port: from } = new URL(url)
  return url.replace(`${hostname}:${from}`, `${host}:${port}`)
}
