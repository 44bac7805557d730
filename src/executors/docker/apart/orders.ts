import type { Place } from '../../../supervision/apart/wire-place.ts'
import type { HelperImage } from '../labels.ts'

/** What keeps a twin's network is told. */
export interface KeeperOrder {
  /** A folder of the machine, with the sockets at which the supervisor listens. */
  readonly folder: string
  /** Where the twin finds its wire, on 127.0.0.1. */
  readonly port: number
  /** A process that is where the app is, as the machine numbers it: what listens there is what a twin could mean. */
  readonly outside: number
}

/** How a twin is kept apart. */
export interface ApartOrder {
  readonly wire: Place
  /** What the guard is made from: a container whose network the twin shares. */
  readonly helper: HelperImage
  /** The app's process, as the machine numbers it. */
  readonly outside: number
}

/** Where the twin finds its wire: on a loopback of its own. */
export function foundAt({ wire }: ApartOrder): Place {
  return { host: '127.0.0.1', port: wire.port }
}

/** The sockets in the keeper's folder. */
export const controlSocket = 'control'
export const wireSocket = 'wire'

/** The name of the guard of the twin that is called so. */
export function guardOf(twin: string): string {
  return `${twin}-guard`
}
