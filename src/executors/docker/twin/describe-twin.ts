import { overStreams } from '../containers/over-streams.ts'
import type { ContainerConfig, HostConfig } from '../engine/types.ts'
import { twinHostname } from './hostname.ts'
import { statedConfig } from './image-defaults.ts'
import { twinLabels } from './labels.ts'
import type { Model } from './model.ts'
import { twinMounts } from './mounts.ts'
import { networkingOf, networkModeOf, type TwinNetwork, twinNetworks } from './networks.ts'
import { helperFolder } from './shim.ts'
import { twinVariables } from './variables.ts'

/** How the engine is told to make a twin. Data only. */
export interface Twin {
  /** The body of a container's creation, but for its command and labels of ours. */
  readonly body: TwinBody
  /** Further networks, to be joined before it starts. */
  readonly networks: readonly TwinNetwork[]
  /** `NAME=value` pairs that only its task may see. */
  readonly hidden: readonly string[]
}

export interface TwinBody extends ContainerConfig {
  readonly HostConfig: HostConfig
  readonly NetworkingConfig: { readonly EndpointsConfig: Readonly<Record<string, object>> }
}

/** Describes the twin of a container: all that decides how a process in it fares, and nothing that others act upon. */
export function describeTwin(model: Model): Twin {
  const { container, image, runsEntrypoint } = model
  const { Env, Entrypoint, ...stated } = statedConfig(container, model.servingImage)
  const variables = twinVariables(model, Env ?? [])
  const [first, ...networks] = twinNetworks(container)
  return {
    body: {
      ...stated,
      ...twinHostname(container),
      Image: image.Id,
      Env: variables.Env,
      ...entrypointOf(runsEntrypoint, Entrypoint),
      Labels: twinLabels(container.Config.Labels ?? {}, image.Config?.Labels ?? {}),
      Healthcheck: { Test: ['NONE'] },
      ...overStreams,
      HostConfig: { ...hostConfigOf(model), ...networkModeOf(first) },
      NetworkingConfig: networkingOf(first),
    },
    networks,
    hidden: variables.hidden,
  }
}

// Of the image, where it runs and the app states none of its own; an empty one takes the image's away.
function entrypointOf(
  runs: boolean,
  stated: ContainerConfig['Entrypoint'],
): Pick<ContainerConfig, 'Entrypoint'> {
  if (!runs) return { Entrypoint: [] }
  return stated === undefined || stated === null ? {} : { Entrypoint: stated }
}

/** What a process meets, field by field: what is not here (ports, restarts, names, logging) is not the twin's. */
const copied = [
  'BlkioDeviceReadBps',
  'BlkioDeviceReadIOps',
  'BlkioDeviceWriteBps',
  'BlkioDeviceWriteIOps',
  'BlkioWeight',
  'BlkioWeightDevice',
  'CapAdd',
  'CapDrop',
  'CgroupParent',
  'CgroupnsMode',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'CpuShares',
  'CpusetCpus',
  'CpusetMems',
  'DeviceCgroupRules',
  'DeviceRequests',
  'Devices',
  'Dns',
  'DnsOptions',
  'DnsSearch',
  'ExtraHosts',
  'GroupAdd',
  'Init',
  'IpcMode',
  'Isolation',
  'MaskedPaths',
  'Memory',
  'MemoryReservation',
  'MemorySwap',
  'MemorySwappiness',
  'NanoCpus',
  'NetworkMode',
  'OomKillDisable',
  'OomScoreAdj',
  'PidMode',
  'PidsLimit',
  'Privileged',
  'ReadonlyPaths',
  'ReadonlyRootfs',
  'Runtime',
  'SecurityOpt',
  'ShmSize',
  'StorageOpt',
  'Sysctls',
  'Tmpfs',
  'UTSMode',
  'Ulimits',
  'UsernsMode',
] as const satisfies readonly (keyof HostConfig)[]

function hostConfigOf({ container, readOnly, hosts, hasHelperVolume }: Model): HostConfig {
  const { HostConfig: app } = container
  const { Binds, Mounts } = twinMounts(container, readOnly)
  return {
    ...Object.fromEntries(copied.flatMap((name) => (isStated(app[name]) ? [[name, app[name]]] : []))),
    Binds,
    Mounts: [...Mounts, ...(hasHelperVolume ? [{ Type: 'volume', Target: helperFolder }] : [])],
    ...(hosts.length === 0 ? {} : { ExtraHosts: [...(app.ExtraHosts ?? []), ...hosts] }),
    AutoRemove: false,
    RestartPolicy: { Name: 'no' },
    LogConfig: outputLog,
  }
}

/** Kept by the engine until the attempt is settled, for whoever takes over from a supervisor that was killed. */
const outputLog = { Type: 'local', Config: { 'max-size': '50m', 'max-file': '2', compress: 'false' } }

function isStated(value: unknown): boolean {
  return value !== undefined && value !== null
}
