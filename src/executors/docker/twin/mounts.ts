import { list } from '../../../core/text.ts'
import type {
  ContainerInspect,
  ContainerListed,
  MountAsked,
  MountPoint,
  VolumeOptions,
} from '../engine/types.ts'
import { isOurs } from '../labels.ts'
import { nameOf } from '../release/skews.ts'

/** A twin's mounts, in the two ways in which the engine takes them. */
export interface TwinMounts {
  readonly Mounts: readonly MountAsked[]
  readonly Binds: readonly string[]
}

/**
 * The app's mounts with their modes. A volume without a name is one of the twin's own, and goes with it. `readOnly`
 * names paths that a twin may not write to; `all` means each.
 */
export function twinMounts(
  { Mounts, HostConfig }: ContainerInspect,
  readOnly: readonly string[] | 'all',
): TwinMounts {
  const isReadOnly = (mount: MountPoint) =>
    !mount.RW || readOnly === 'all' || readOnly.includes(mount.Destination)
  const shared = Mounts.filter(({ Type }) => Type !== 'tmpfs').filter((mount) => !isAnonymous(mount))
  const statedFor = ({ Destination }: MountPoint) =>
    HostConfig.Mounts?.find(({ Target }) => Target === Destination)
  // SELinux's z and Z exist only in the short form
  const labelled = shared.filter(({ Mode }) => /(?:^|,)[zZ](?:,|$)/.test(Mode))
  return {
    Mounts: [
      ...shared
        .filter((mount) => !labelled.includes(mount))
        .map((mount) => asked(mount, isReadOnly(mount), statedFor(mount))),
      ...Mounts.filter(isAnonymous).map(({ Destination }) => ({ Type: 'volume', Target: Destination })),
      ...(HostConfig.Mounts ?? []).filter(({ Type }) => Type === 'tmpfs' || Type === 'image'),
    ],
    Binds: labelled.map(
      (mount) => `${mount.Name ?? mount.Source}:${mount.Destination}:${modes(mount, isReadOnly(mount))}`,
    ),
  }
}

function asked(
  { Type, Name, Source, Destination, Propagation }: MountPoint,
  ReadOnly: boolean,
  stated: MountAsked | undefined,
): MountAsked {
  const mount = { Type, Source: Name ?? Source, Target: Destination, ReadOnly }
  if (Type === 'volume') {
    // an empty one was emptied by the app: what the image has there is not copied into it again
    return { ...mount, VolumeOptions: { ...placeIn(stated?.VolumeOptions), NoCopy: true } }
  }
  const propagation = Type === 'bind' && Propagation !== '' ? { Propagation } : {}
  const options = { ...stated?.BindOptions, ...propagation }
  return Object.keys(options).length === 0 ? mount : { ...mount, BindOptions: options }
}

/** A folder of the volume; how it was made is of no account to one that is there. */
function placeIn({ Subpath }: VolumeOptions = {}): VolumeOptions {
  return Subpath === undefined || Subpath === '' ? {} : { Subpath }
}

function modes({ Mode }: MountPoint, isReadOnly: boolean): string {
  const others = Mode.split(',').filter((mode) => mode !== 'ro' && mode !== 'rw')
  return [isReadOnly ? 'ro' : 'rw', ...others].join(',')
}

/** The engine names a volume that nobody named by 64 hexadecimal digits. */
export function isAnonymous({ Type, Name }: MountPoint): boolean {
  return Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? '')
}

/**
 * Warns of volumes that so far only one container writes to, and that a twin writes to beside it. Where several share one
 * already, it is made for that.
 */
export function singleWriterNotice(
  model: ContainerInspect,
  neighbours: readonly ContainerListed[],
  readOnly: readonly string[],
): string | undefined {
  const written = model.Mounts.filter(
    (mount) =>
      mount.Type === 'volume' && mount.RW && !isAnonymous(mount) && !readOnly.includes(mount.Destination),
  )
  const alone = written.filter(({ Name }) => writersOf(Name, neighbours) < 2)
  if (alone.length === 0) return undefined
  const [first] = alone
  return `Only ${nameOf(model)} writes to ${list(alone.map(({ Name, Destination }) => `${Name} at ${Destination}`))} so far, and a run writes there beside it. If only one may, say \`readOnly: ['${first?.Destination}']\` in \`docker({ … })\`.`
}

function writersOf(name: string | undefined, neighbours: readonly ContainerListed[]): number {
  return neighbours.filter(
    ({ Labels, Mounts }) => !isOurs(Labels) && Mounts.some((mount) => mount.Name === name && mount.RW),
  ).length
}
