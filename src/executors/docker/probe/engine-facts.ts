import type { Fact, Facts } from '../../../environment/release.ts'
import type { ContainerInspect, ContainerListed, ImageInspect } from '../engine/types.ts'
import { program, text, yesNo } from './engine-facts/canonical.ts'
import { limitsOf } from './engine-facts/limits.ts'
import { rightsOf } from './engine-facts/rights.ts'
import { mountsOf, networksOf, sidecarsOf } from './engine-facts/surroundings.ts'

/** What is around a container. */
export interface Fleet {
  /** All containers of the engine, among which the sidecars are. */
  readonly neighbours: readonly ContainerListed[]
  /** Ids of containers that are no sidecars though they share its network: the app's own, and twins. */
  readonly except: ReadonlySet<string>
}

const source = 'docker inspect'
const revisionLabel = 'org.opencontainers.image.revision'

/**
 * What the engine tells of a container, the app's or a twin, in one form for whatever means the same. It tells the lists
 * `networks` and `sidecars` wholly; to those of mounts, limits and revisions the probe adds its part, and their heads.
 */
export function engineFacts(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  fleet: Fleet,
): Facts {
  const { Config, HostConfig } = container
  const values = {
    'code-revision:label': text(Config.Labels?.[revisionLabel]),
    image: container.Image,
    'moved-tag': text(Config.Image),
    ...(image === undefined ? {} : { 'architecture:image': architecture(image) }),
    'command:entrypoint': program(Config.Entrypoint),
    command: program(Config.Cmd),
    terminal: yesNo(Config.Tty),
    stdin: yesNo(Config.OpenStdin),
    ...rightsOf(Config, HostConfig),
    ...limitsOf(HostConfig),
    ...mountsOf(container),
    ...networksOf(container),
    ...sidecarsOf(container, fleet.neighbours, fleet.except),
  }
  return new Map(Object.entries(values).map(([id, value]): [string, Fact] => [id, { value, source }]))
}

function architecture({ Os, Architecture, Variant }: ImageInspect): string {
  return [Os, Architecture, ...(Variant ? [Variant] : [])].join('/')
}
