/** What the keeper of a twin's namespaces is told. */
export interface KeeperOrder {
  /** A folder that the twin needs nothing of: it is hidden from it, and what the keeper makes is there. */
  readonly folder: string
  /** Where the twin finds its wire, on 127.0.0.1. */
  readonly port: number
  /** A process that is where the app is: what listens there is what a twin could mean. */
  readonly outside: number
}
