/** A key's columns as the database writes them as text; a key of one column has one. */
export type Key = readonly string[]

/** A range of keys: above `lower` (from the beginning where it has none), up to and with `upper`. */
export interface KeyRange {
  readonly lower?: Key
  readonly upper: Key
}

/** A worker's right to a slice, until its lease ends. */
export interface SliceClaim extends KeyRange {
  readonly batch: string
  readonly slice: number
  readonly generation: number
  /** Fencing token: another one for every claim. A slice takes effect only under the token that it has then. */
  readonly token: number
  /** How often it was tried before this. */
  readonly tries: number
  /** How many rows were in it when it was planned. */
  readonly rows: number
  /** How its last try failed. */
  readonly error?: string
}
