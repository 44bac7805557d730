import type {
  ContainerConfig,
  ContainerInspect,
  ContainerListed,
  ContainerState,
  EndpointSettings,
  HostConfig,
  ImageInspect,
  MountPoint,
} from '../../../src/executors/docker/engine/types.ts'

/** The id that a container has in these tests unless stated; its hostname, unless stated, is the beginning. */
export const containerId = 'd8fe3c24ac2f5d38954a472fa6ea847f6682da5a46c4b226df20ab1c0767cd52'
export const imageId = `sha256:${'a'.repeat(64)}`

const running: ContainerState = {
  Status: 'running',
  Running: true,
  Pid: 4321,
  ExitCode: 0,
  OOMKilled: false,
  Error: '',
  StartedAt: '2026-01-02T03:04:05Z',
}

interface Parts extends Partial<Omit<ContainerInspect, 'Config' | 'NetworkSettings' | 'State'>> {
  readonly Config?: ContainerConfig
  readonly State?: Partial<ContainerState>
  readonly Networks?: Readonly<Record<string, Partial<EndpointSettings>>>
}

/** What an engine tells of a container that was asked for nothing but this. */
export function inspected({ Config, State, Networks = {}, ...parts }: Parts = {}): ContainerInspect {
  return {
    Id: containerId,
    Name: '/web',
    Image: imageId,
    Created: '2026-01-02T03:04:04Z',
    State: { ...running, ...State },
    Config: { Hostname: containerId.slice(0, 12), Image: 'shop:1', Cmd: ['node', 'server.js'], ...Config },
    HostConfig: { NetworkMode: 'default' },
    Mounts: [],
    NetworkSettings: {
      Networks: Object.fromEntries(
        Object.entries(Networks).map(([name, settings]) => [name, endpoint(name, settings)]),
      ),
    },
    ...parts,
  }
}

function endpoint(name: string, settings: Partial<EndpointSettings>): EndpointSettings {
  return { NetworkID: `${name}-id`, IPAddress: '', Gateway: '', MacAddress: '', ...settings }
}

/** An image with these settings. */
export function inspectedImage(Config: ContainerConfig = {}, Id = imageId): ImageInspect {
  return { Id, RepoTags: ['shop:1'], RepoDigests: [], Architecture: 'amd64', Os: 'linux', Config }
}

/** A container as a list of them has it. */
export function listed(name: string, parts: Partial<ContainerListed> = {}): ContainerListed {
  return {
    Id: name.padEnd(64, '0'),
    Names: [`/${name}`],
    Image: 'shop:1',
    ImageID: imageId,
    State: 'running',
    Status: 'Up 3 hours',
    Created: 1_767_323_044,
    Labels: {},
    HostConfig: {},
    Mounts: [],
    NetworkSettings: null,
    ...parts,
  }
}

/** A mount as it is: a writable volume of this name at this place. */
export function mounted(name: string, place: string, parts: Partial<MountPoint> = {}): MountPoint {
  return {
    Type: 'volume',
    Name: name,
    Source: `/var/lib/docker/volumes/${name}/_data`,
    Destination: place,
    Driver: 'local',
    Mode: 'z',
    RW: true,
    Propagation: '',
    ...parts,
  }
}

/** How a container was asked to be run. */
export function asked(HostConfig: HostConfig): Pick<ContainerInspect, 'HostConfig'> {
  return { HostConfig: { NetworkMode: 'default', ...HostConfig } }
}
