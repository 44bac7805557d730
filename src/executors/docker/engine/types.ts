/**
 * What is read of the engine's answers, and no more, by the names of its API 1.47
 * (https://docs.docker.com/reference/api/engine/version/v1.47/). Older engines leave out what they do not know, and Go
 * writes an empty list or record as null.
 */

type Names = Readonly<Record<string, string>>
type List = readonly string[] | null

/** `GET /containers/{id}/json` */
export interface ContainerInspect {
  readonly Id: string
  /** With a leading slash. */
  readonly Name: string
  /** The image's id; what it was called by is in `Config.Image`. */
  readonly Image: string
  /** RFC 3339, as all times here. */
  readonly Created: string
  readonly State: ContainerState
  readonly Config: ContainerConfig
  readonly HostConfig: HostConfig
  readonly Mounts: readonly MountPoint[]
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, EndpointSettings>> }
}

export interface ContainerState {
  readonly Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  readonly Running: boolean
  /** In the engine's own process namespace; 0 when it does not run. */
  readonly Pid: number
  readonly ExitCode: number
  readonly OOMKilled: boolean
  readonly Error: string
  readonly StartedAt: string
  readonly Health?: { readonly Status: 'none' | 'starting' | 'healthy' | 'unhealthy' } | null
}

export interface ContainerConfig {
  readonly Hostname?: string
  readonly Domainname?: string
  readonly User?: string
  /** `NAME=value`; a NAME alone takes away what the image sets. */
  readonly Env?: List
  readonly Cmd?: List
  readonly Entrypoint?: List
  readonly WorkingDir?: string
  readonly Labels?: Names | null
  readonly Image?: string
  readonly Volumes?: Readonly<Record<string, object>> | null
  readonly StopSignal?: string
  /** Seconds. */
  readonly StopTimeout?: number
  readonly Tty?: boolean
  readonly OpenStdin?: boolean
  readonly StdinOnce?: boolean
  readonly AttachStdin?: boolean
  readonly AttachStdout?: boolean
  readonly AttachStderr?: boolean
  readonly Healthcheck?: Healthcheck | null
  readonly ExposedPorts?: Readonly<Record<string, object>> | null
  readonly MacAddress?: string
}

export interface Healthcheck {
  /** `['NONE']` turns off the image's. */
  readonly Test?: List
  /** Nanoseconds, as the others. */
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
  readonly Retries?: number
}

/** How a container was asked to be run. Byte sizes are numbers; 0, '' and null are what was not asked for. */
export interface HostConfig {
  // Files
  readonly Binds?: List
  readonly Mounts?: readonly MountAsked[] | null
  readonly VolumesFrom?: List
  readonly VolumeDriver?: string
  readonly Tmpfs?: Names | null
  readonly ReadonlyRootfs?: boolean
  readonly ShmSize?: number
  // Network
  /** `bridge`, `host`, `none`, `container:ID` or the name of a network. */
  readonly NetworkMode?: string
  readonly PortBindings?: Readonly<Record<string, readonly PortBinding[] | null>> | null
  readonly PublishAllPorts?: boolean
  readonly Links?: List
  readonly Dns?: List
  readonly DnsOptions?: List
  readonly DnsSearch?: List
  readonly ExtraHosts?: List
  // Life
  readonly RestartPolicy?: { readonly Name: string; readonly MaximumRetryCount?: number }
  readonly AutoRemove?: boolean
  readonly Init?: boolean | null
  readonly LogConfig?: { readonly Type: string; readonly Config?: Names | null }
  // Rights
  readonly Privileged?: boolean
  readonly CapAdd?: List
  readonly CapDrop?: List
  readonly SecurityOpt?: List
  readonly GroupAdd?: List
  readonly MaskedPaths?: List
  readonly ReadonlyPaths?: List
  readonly Devices?: readonly Device[] | null
  readonly DeviceRequests?: readonly DeviceRequest[] | null
  readonly DeviceCgroupRules?: List
  readonly Sysctls?: Names | null
  // Namespaces
  readonly CgroupnsMode?: string
  readonly IpcMode?: string
  readonly PidMode?: string
  readonly UTSMode?: string
  readonly UsernsMode?: string
  readonly Isolation?: string
  readonly Runtime?: string
  // Limits
  readonly Ulimits?: readonly Ulimit[] | null
  readonly Memory?: number
  readonly MemoryReservation?: number
  readonly MemorySwap?: number
  readonly MemorySwappiness?: number | null
  readonly KernelMemory?: number
  readonly NanoCpus?: number
  readonly CpuShares?: number
  readonly CpuPeriod?: number
  readonly CpuQuota?: number
  readonly CpusetCpus?: string
  readonly CpusetMems?: string
  readonly PidsLimit?: number | null
  readonly OomKillDisable?: boolean | null
  readonly OomScoreAdj?: number
  readonly CpuRealtimePeriod?: number
  readonly CpuRealtimeRuntime?: number
  readonly BlkioWeight?: number
  readonly BlkioWeightDevice?: readonly object[] | null
  readonly BlkioDeviceReadBps?: readonly object[] | null
  readonly BlkioDeviceReadIOps?: readonly object[] | null
  readonly BlkioDeviceWriteBps?: readonly object[] | null
  readonly BlkioDeviceWriteIOps?: readonly object[] | null
  /** Of the root file system: `size=10G`. */
  readonly StorageOpt?: Names | null
  readonly Cgroup?: string
  readonly CgroupParent?: string
}

/** A mount as it was asked for with `--mount`. */
export interface MountAsked {
  readonly Type: string
  readonly Source?: string
  readonly Target: string
  readonly ReadOnly?: boolean
  readonly Consistency?: string
  readonly BindOptions?: object
  readonly VolumeOptions?: VolumeOptions
  readonly TmpfsOptions?: object
  readonly ImageOptions?: object
}

export interface VolumeOptions {
  /** Whether an empty volume stays so, though the image has files there. */
  readonly NoCopy?: boolean
  /** A folder of the volume; since API 1.45. */
  readonly Subpath?: string
}

/** A mount as it is. */
export interface MountPoint {
  readonly Type: string
  /** Of a volume. */
  readonly Name?: string
  /** A path on the engine's machine. */
  readonly Source: string
  /** A path in the container. */
  readonly Destination: string
  readonly Driver?: string
  readonly Mode: string
  readonly RW: boolean
  readonly Propagation: string
}

export interface PortBinding {
  readonly HostIp?: string
  readonly HostPort?: string
}

export interface Device {
  readonly PathOnHost: string
  readonly PathInContainer: string
  readonly CgroupPermissions: string
}

/** `--gpus`, for one. */
export interface DeviceRequest {
  readonly Driver?: string
  readonly Count?: number
  readonly DeviceIDs?: List
  readonly Capabilities?: readonly (readonly string[])[] | null
  readonly Options?: Names | null
}

export interface Ulimit {
  readonly Name: string
  readonly Soft: number
  readonly Hard: number
}

/** A container in a network: what was asked for, and what it got. */
export interface EndpointSettings {
  readonly NetworkID: string
  readonly IPAMConfig?: {
    readonly IPv4Address?: string
    readonly IPv6Address?: string
    readonly LinkLocalIPs?: List
  } | null
  readonly Links?: List
  readonly Aliases?: List
  readonly IPAddress: string
  readonly Gateway: string
  readonly MacAddress: string
  readonly DriverOpts?: Names | null
  /** Which network the default route leads to; since API 1.48. */
  readonly GwPriority?: number
}

/** An element of `GET /containers/json`. */
export interface ContainerListed {
  readonly Id: string
  /** Each with a leading slash. */
  readonly Names: readonly string[]
  readonly Image: string
  readonly ImageID: string
  readonly State: ContainerState['Status']
  /** For people: `Up 3 hours (healthy)`. */
  readonly Status: string
  /** Seconds since the epoch. */
  readonly Created: number
  readonly Labels: Names
  readonly HostConfig: { readonly NetworkMode?: string }
  readonly Mounts: readonly MountPoint[]
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, EndpointSettings>> } | null
}

/** An element of `GET /containers/{id}/changes`, whose answer is null where there is none. */
export interface FileChange {
  readonly Path: string
  /** 0 changed, 1 added, 2 deleted. */
  readonly Kind: number
}

/** `GET /images/{name}/json` */
export interface ImageInspect {
  readonly Id: string
  readonly RepoTags: List
  readonly RepoDigests: List
  readonly Architecture: string
  readonly Os: string
  readonly Variant?: string
  readonly Config: ContainerConfig | null
  readonly Created?: string
}

/** `GET /info` */
export interface EngineInfo {
  /** Of this engine, kept over its restarts. */
  readonly ID: string
  readonly Name: string
  readonly ServerVersion: string
  readonly OperatingSystem: string
  readonly OSType: string
  readonly Architecture: string
  readonly KernelVersion: string
  readonly NCPU: number
  /** Bytes. */
  readonly MemTotal: number
  readonly DockerRootDir: string
  readonly LoggingDriver: string
  readonly DefaultRuntime: string
  readonly CgroupDriver: string
  readonly CgroupVersion?: '1' | '2'
  /** `name=seccomp,profile=default`, `name=rootless`, `name=userns` */
  readonly SecurityOptions: List
  readonly Swarm?: { readonly LocalNodeState?: string }
  readonly Warnings?: List
}
