import type { Skew } from '../../../environment/release.ts'
import type { ContainerInspect, ContainerListed } from '../engine/types.ts'
import { compose } from './find-containers.ts'

/** Why these containers are not one release, or not for long. */
export function skewsOf(
  serving: readonly ContainerInspect[],
  all: readonly ContainerListed[],
): readonly Skew[] {
  return [...mixedImages(serving), ...mixedConfigurations(serving), ...replacements(serving, all)]
}

/** Groups of equal size or falling, so that the first is the majority. */
export function groupsByImage(
  serving: readonly ContainerInspect[],
): readonly (readonly [image: string, containers: readonly ContainerInspect[]])[] {
  return [...Map.groupBy(serving, ({ Image }) => Image)].sort(([, a], [, b]) => b.length - a.length)
}

function mixedImages(serving: readonly ContainerInspect[]): Skew[] {
  const groups = groupsByImage(serving)
  if (groups.length < 2) return []
  const parts = groups.map(([image, containers], at) => {
    const names = at === 0 ? '' : `: ${containers.map(nameOf).join(', ')}`
    return `${containers.length} × ${image.slice(0, 19)}${names}`
  })
  return [mixed(`The app's containers don't run one release: ${parts.join(', ')}.`)]
}

/** Compose notes a digest of each container's whole configuration. */
function mixedConfigurations(serving: readonly ContainerInspect[]): Skew[] {
  const groups = Map.groupBy(serving, ({ Config }) => Config.Labels?.[compose.configHash] ?? '')
  if (groups.size < 2) return []
  const parts = [...groups.values()].map((containers) => containers.map(nameOf).join(', '))
  return [mixed(`The app's containers were made from different configurations: ${parts.join('; ')}.`)]
}

function mixed(message: string): Skew {
  return {
    kind: 'mixed-releases',
    message,
    remedy: 'Let the deploy finish, or remove the containers that were left over, and try again.',
  }
}

const onTheWay = ['created', 'restarting', 'removing']

/** One that was made after the newest that serves is about to take a place; a failed one of long ago is not. */
function replacements(serving: readonly ContainerInspect[], all: readonly ContainerListed[]): Skew[] {
  const newest = Math.max(0, ...serving.map(({ Created }) => Date.parse(Created) / 1_000))
  const coming = all.filter(
    ({ State, Created }) =>
      onTheWay.includes(State) && (State !== 'created' || Created >= Math.floor(newest)),
  )
  if (coming.length === 0) return []
  const names = coming.map(({ Names, State }) => `${Names[0]?.slice(1)} is ${State}`).join(', ')
  return [
    {
      kind: 'deploy-in-progress',
      message: `The app's containers are being replaced: ${names}.`,
      remedy: 'Let the deploy finish, or remove what it left behind, and try again.',
    },
  ]
}

export function nameOf({ Name }: ContainerInspect): string {
  return Name.replace(/^\//, '')
}
