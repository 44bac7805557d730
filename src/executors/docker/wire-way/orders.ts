/** What a relay is told. */
export interface RelayOrder {
  /** A folder of the machine, with the sockets at which its `purser` listens. */
  readonly folder: string
  /** Where twins find it: every address of its own, or one of a loopback that it shares. */
  readonly host: string
}

/** What a relay tells once, over its connection. */
export interface RelayTold {
  readonly port: number
}

/** The sockets in the relay's folder: a connection that lasts as long as both, and one for each connection of a twin. */
export const controlSocket = 'control'
export const wireSocket = 'wire'
