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
 * names paths that a twin may not write to.
 */
export function twinMounts(
  { Mounts, HostConfig }: ContainerInspect,
  readOnly: readonly string[],
): TwinMounts {
  const isReadOnly = ({ RW, Destination }: MountPoint) => !RW || readOnly.includes(Destination)
  const statedFor = ({ Destination }: MountPoint) =>
    HostConfig.Mounts?.find(({ Target }) => Target === Destination)
  const shared = Mounts.filter((mount) => !isMadeAnew(mount) && !isAnonymous(mount))
  return {
    Mounts: [
      ...shared
        .filter((mount) => !isLabelled(mount))
        .map((mount) => asked(mount, isReadOnly(mount), statedFor(mount))),
      ...Mounts.filter(isAnonymous).map(({ Destination }) => ({ Type: 'volume', Target: Destination })),
      ...(HostConfig.Mounts ?? []).filter(isMadeAnew),
    ],
    Binds: shared.filter(isLabelled).map((mount) => shortForm(mount, isReadOnly(mount))),
  }
}

function isMadeAnew({ Type }: Pick<MountAsked, 'Type'>): boolean {
  return Type === 'tmpfs' || Type === 'image'
}

/** SELinux's z and Z exist only in the short form; volumes have z there unless stated. */
function isLabelled({ Type, Mode }: MountPoint): boolean {
  const modes = Mode.split(',')
  return modes.includes('Z') || (Type === 'bind' && modes.includes('z'))
}

function asked(
  { Type, Name, Source, Destination, Propagation }: MountPoint,
  ReadOnly: boolean,
  stated: MountAsked | undefined,
): MountAsked {
  const mount = { Type, Source: Name ?? Source, Target: Destination, ReadOnly }
  if (Type === 'volume')
    return { ...mount, VolumeOptions: { ...placeIn(stated?.VolumeOptions), NoCopy: true } }
  const propagation = Type === 'bind' && Propagation !== '' ? { Propagation } : {}
  const options = { ...stated?.BindOptions, ...propagation }
  return Object.keys(options).length === 0 ? mount : { ...mount, BindOptions: options }
}

/** A folder of the volume; how it was made is of no account to one that is there. */
function placeIn({ Subpath }: VolumeOptions = {}): VolumeOptions {
  return Subpath === undefined || Subpath === '' ? {} : { Subpath }
}

// A volume that is empty was emptied by the app, so that the image's files are not copied into it again; and a label of
// the twin's alone (Z) would take the files away from the app.
function shortForm({ Type, Name, Source, Destination, Mode }: MountPoint, isReadOnly: boolean): string {
  const others = Mode.split(',').filter((mode) => !['ro', 'rw', 'z', 'Z', 'nocopy', ''].includes(mode))
  const modes = [isReadOnly ? 'ro' : 'rw', 'z', ...others, ...(Type === 'volume' ? ['nocopy'] : [])]
  return `${Name ?? Source}:${Destination}:${modes.join(',')}`
}

/** The engine names a volume that nobody named by 64 hexadecimal digits. */
function isAnonymous({ Type, Name }: MountPoint): boolean {
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
  const names = alone.map(({ Name, Destination }) => `"${Name}" (${Destination})`).join(', ')
  const places = alone.map(({ Destination }) => `'${Destination}'`).join(', ')
  return `Only ${nameOf(model)} writes to the ${alone.length === 1 ? 'volume' : 'volumes'} ${names} so far, and a run writes there beside it. If only one may, say \`readOnly: [${places}]\` in \`docker({ … })\`.`
}

function writersOf(name: string | undefined, neighbours: readonly ContainerListed[]): number {
  return neighbours.filter(
    ({ Labels, Mounts }) => !isOurs(Labels) && Mounts.some((mount) => mount.Name === name && mount.RW),
  ).length
}
