import type { ContainerInspect, ImageInspect } from '../engine/types.ts'

/** What a twin is made from. */
export interface Model {
  readonly container: ContainerInspect
  readonly servingImage: ImageInspect
  /** What it runs: what serves, or a candidate. */
  readonly image: ImageInspect
  /** Whether the entrypoint runs before the command. */
  readonly runsEntrypoint: boolean
  /** The serving process's own variables, for a twin whose entrypoint does not run. */
  readonly variables: ReadonlyMap<string, string>
  readonly readOnly: readonly string[]
  /** What links resolve to, as entries for /etc/hosts. */
  readonly hosts: readonly string[]
  /** Whether a volume of its own brings it a shell. */
  readonly hasHelperVolume: boolean
}
