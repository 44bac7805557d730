import type { HostConfig, MountAsked } from '../engine/types.ts'
import type { TwinBody } from '../twin/describe-twin.ts'

// What a process could leave its namespaces with, or look past them.
const dangerous = ['SYS_ADMIN', 'SYS_PTRACE', 'NET_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'ALL']

/** What of the app's a twin would share with others. */
export function sharedMounts({ HostConfig: { Mounts, Binds } }: TwinBody): readonly MountAsked[] {
  return [...(Mounts ?? []).filter(isShared), ...(Binds ?? []).map(parseBind)]
}

/**
 * A twin without a network but a guard's, by its id. What it shares with others it may read, and what has Unix sockets in
 * it (by the place in `sharedMounts`) is left out: no namespace of networks holds those.
 */
export function apartTwin(
  { Hostname: _, Domainname: __, ...body }: TwinBody,
  guard: string,
  withSockets: ReadonlySet<number>,
): TwinBody {
  const { Dns: _dns, DnsOptions: _options, DnsSearch: _search, ...rest } = body.HostConfig
  const { ExtraHosts: _hosts, PidMode: _pid, Privileged: _privileged, ...app } = rest
  const shared = sharedMounts({ ...body, HostConfig: body.HostConfig })
  const isLeft = (mount: MountAsked) =>
    !shared.some(({ Target }, at) => Target === mount.Target && withSockets.has(at))
  return {
    ...body,
    HostConfig: {
      ...app,
      NetworkMode: `container:${guard}`,
      Mounts: (app.Mounts ?? [])
        .filter(isLeft)
        .map((mount) => (isShared(mount) ? { ...mount, ReadOnly: true } : mount)),
      Binds: (app.Binds ?? []).filter((bind) => isLeft(parseBind(bind))).map(readOnly),
      ...rights(app),
    },
    NetworkingConfig: { EndpointsConfig: {} },
  }
}

function rights({ CapAdd, CapDrop }: HostConfig): Pick<HostConfig, 'CapAdd' | 'CapDrop'> {
  const isDangerous = (name: string) => dangerous.includes(name.replace(/^CAP_/, '').toUpperCase())
  const dropped = [...new Set([...(CapDrop ?? []), ...dangerous.filter((name) => name !== 'ALL')])]
  return { CapAdd: (CapAdd ?? []).filter((name) => !isDangerous(name)), CapDrop: dropped }
}

function isShared({ Type, Source }: MountAsked): boolean {
  return (Type === 'bind' || Type === 'volume') && Source !== undefined && Source !== ''
}

/** `SOURCE:TARGET:MODES` */
function parseBind(bind: string): MountAsked {
  const [Source = '', Target = ''] = bind.split(':')
  return { Type: Source.startsWith('/') ? 'bind' : 'volume', Source, Target, ReadOnly: true }
}

function readOnly(bind: string): string {
  const [source, target, modes = ''] = bind.split(':')
  const kept = modes.split(',').filter((mode) => !['', 'rw', 'ro'].includes(mode))
  return [source, target, ['ro', ...kept].join(',')].join(':')
}
