import type { ContainerInspect, ContainerListed, HostConfig, MountPoint } from '../../engine/types.ts'
import { inOrder, sorted, text } from './canonical.ts'

type Values = Readonly<Record<string, string>>

/** Files from outside the container's image. */
export function mountsOf({ Mounts, HostConfig }: ContainerInspect): Values {
  const mounts = Mounts.map((mount) => [`mounts:${mount.Destination}`, describeMount(mount)])
  const temporary = Object.entries(HostConfig.Tmpfs ?? {}).map(([place, options]) => [
    `mounts:${place}`,
    `tmpfs, ${sorted(options.split(',').filter((option) => option !== ''))}`,
  ])
  return Object.fromEntries([...mounts, ...temporary])
}

function describeMount({ Type, Name, Source, RW, Propagation }: MountPoint): string {
  const anonymous = Type === 'volume' && /^[0-9a-f]{64}$/.test(Name ?? '')
  const what = anonymous ? 'anonymous volume' : `${Type} ${Name ?? Source}`.trim()
  const spread = Propagation === '' || Propagation === 'rprivate' ? '' : `, ${Propagation}`
  return `${what}, ${RW ? 'writable' : 'read-only'}${spread}`
}

/** What the container can reach, without its own addresses and names there. */
export function networksOf({ HostConfig, NetworkSettings, Config, Id }: ContainerInspect): Values {
  const networks = Object.entries(NetworkSettings.Networks).map(([name, { NetworkID, DriverOpts }]) => {
    const options = sorted(Object.entries(DriverOpts ?? {}).map(([key, value]) => `${key}=${value}`))
    return [
      `networks:${name}`,
      options === 'none' ? NetworkID.slice(0, 12) : `${NetworkID.slice(0, 12)}, ${options}`,
    ]
  })
  return {
    networks: 'listed',
    'networks:mode': modeOf(HostConfig),
    ...Object.fromEntries(networks),
    'dns:servers-asked': inOrder(HostConfig.Dns),
    'dns:search-asked': inOrder(HostConfig.DnsSearch),
    'dns:options-asked': sorted(HostConfig.DnsOptions),
    'dns:hosts-asked': sorted(HostConfig.ExtraHosts),
    'dns:links': sorted(HostConfig.Links?.map((link) => link.replace(/:\/[^/]*\//, ' as '))),
    'hostname:asked': Config.Hostname === Id.slice(0, 12) ? "the container's own id" : text(Config.Hostname),
    'hostname:domain': text(Config.Domainname),
  }
}

/** The networks themselves are facts of their own; which of them was named first is not. */
function modeOf({ NetworkMode = '' }: HostConfig): string {
  if (NetworkMode === 'host' || NetworkMode === 'none') return NetworkMode
  return NetworkMode.startsWith('container:') ? 'of another container' : 'its own'
}

/** Containers in the same network namespace, by their names, with what they were made from. */
export function sidecarsOf(
  { Id, HostConfig }: ContainerInspect,
  neighbours: readonly ContainerListed[],
  except: ReadonlySet<string>,
): Values {
  const owner = joinedBy(HostConfig.NetworkMode) ?? Id
  const beside = neighbours.filter(
    (one) =>
      one.Id !== Id &&
      !except.has(one.Id) &&
      (one.Id === owner || joinedBy(one.HostConfig.NetworkMode) === owner),
  )
  return {
    sidecars: 'listed',
    ...Object.fromEntries(beside.map(({ Names, Image }) => [`sidecars:${Names[0]?.slice(1) ?? ''}`, Image])),
  }
}

function joinedBy(mode: string | undefined): string | undefined {
  return mode?.startsWith('container:') ? mode.slice('container:'.length) : undefined
}
