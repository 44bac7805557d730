/** How a PostgreSQL database is cloned, the URLs aside. */
export interface PostgresCloneOptions {
  /** Whether clones may be made on production's own server. False unless stated. */
  readonly allowProductionServer: boolean
  /** After how many milliseconds a golden copy is made anew. */
  readonly refreshAfterMs: number
  /** How many connections dump and restore at once. */
  readonly connections: number
  /** How many bytes the clones of this environment may take on the clone server. */
  readonly freeBytes?: number
  /** Whether to go on where nobody can tell how much room there is. */
  readonly allowUnknownSpace: boolean
  /** Columns by table (`schema.table`), each with the SQL expression that takes the place of its values. */
  readonly mask: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Partitions that come and go, as `schema.table` with `*` for any characters. */
  readonly passingPartitions: readonly string[]
  /** Programs that make and drop clones in the place of dumps: `{name}`, `{environment}`, `{database}` in words. */
  readonly command?: { readonly create: readonly string[]; readonly drop: readonly string[] }
}
