import type { ContainerInspect, EndpointSettings, HostConfig } from '../engine/types.ts'

/** A network to be in, by its id, without a name of the app's there and without its address. */
export interface TwinNetwork {
  readonly name: string
  readonly id: string
  readonly settings: Partial<EndpointSettings>
}

const named = (mode: string) =>
  !['default', 'bridge', 'host', 'none', ''].includes(mode) && !mode.startsWith('container:')

/**
 * The networks that a twin joins. No aliases and no links: or the app's name would lead to the twin. The first is the
 * one that its container is made in.
 */
export function twinNetworks({ HostConfig, NetworkSettings }: ContainerInspect): readonly TwinNetwork[] {
  const mode = HostConfig.NetworkMode ?? ''
  if (!named(mode) && Object.keys(NetworkSettings.Networks).length < 2) return []
  const networks = Object.entries(NetworkSettings.Networks).map(([name, endpoint]) => ({
    name,
    id: endpoint.NetworkID,
    settings: settingsOf(endpoint),
  }))
  const isFirst = ({ name, id }: TwinNetwork) =>
    name === mode || id.startsWith(mode) || (mode === 'default' && name === 'bridge')
  return [...networks.filter(isFirst), ...networks.filter((network) => !isFirst(network))]
}

function settingsOf({ DriverOpts, GwPriority }: EndpointSettings): Partial<EndpointSettings> {
  return {
    ...(DriverOpts === undefined || DriverOpts === null ? {} : { DriverOpts }),
    ...(GwPriority === undefined ? {} : { GwPriority }),
  }
}

/** Of the network that a container is made in; the app may have left the one that it was made in. */
export function networkModeOf(first: TwinNetwork | undefined): Pick<HostConfig, 'NetworkMode'> {
  return first === undefined || first.name === 'bridge' ? {} : { NetworkMode: first.name }
}

/** The same network, as it is joined. */
export function networkingOf(first: TwinNetwork | undefined): {
  readonly EndpointsConfig: Readonly<Record<string, object>>
} {
  const isStandard = first === undefined || first.name === 'bridge'
  return { EndpointsConfig: isStandard ? {} : { [first.name]: first.settings } }
}

/** Whether names of containers can be looked up in one of its networks. */
export function hasNames({ NetworkSettings }: ContainerInspect): boolean {
  return Object.keys(NetworkSettings.Networks).some(named)
}

/**
 * What the app's links to other containers resolve to, as entries for /etc/hosts: `database:172.17.0.2`. A link itself
 * can't be given to a twin without its two-way meaning.
 */
export function linkedHosts(
  links: readonly string[],
  addressOf: (container: string) => string | undefined,
): string[] {
  return links.flatMap((link) => {
    // `/shop-db:/shop-web/database`
    const [container = '', alias = ''] = link.split(':')
    const address = addressOf(container.replace(/^\//, ''))
    return address === undefined || address === '' ? [] : [`${alias.split('/').at(-1)}:${address}`]
  })
}
