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
  /** Why it is not one release that serves, or not for long; empty when all is well. */
  readonly skews: readonly Skew[]
  /** Whether its code can change while its digest stays: it is mounted into the image from elsewhere. */
  readonly isMutable: boolean
}

/** A fleet that is not of one release: a run is refused unless somebody declared it, with a reason. */
export interface Skew {
  readonly kind: 'mixed-releases' | 'deploy-in-progress'
  /** Names what serves what: `7 × sha256:aaaa, 1 × sha256:bbbb: shop-web-8`. */
  readonly message: string
  readonly remedy: string
}

/** As much of a release's digest as tells it from others, for people. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:.{12}).*/, '$1')
}
