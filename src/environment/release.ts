/** Facts of an environment by their ids. One that could not be seen is never equal to anything. */
export type Facts = ReadonlyMap<string, Fact>
export type Fact = { readonly value: string; readonly source: string } | { readonly unseen: string }

/** One process or container that serves. */
export interface Instance {
  readonly id: string
  readonly facts: Facts
}

/** Exactly what a service runs. */
export interface Release {
  /** Identifies code and configuration's place: an image digest, or the hash of a code tree. */
  readonly digest: string
  readonly instances: readonly Instance[]
  /** Sentences that the operator should see before the run starts. */
  readonly notices: readonly string[]
}
