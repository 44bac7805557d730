import { describe, expect, it } from 'vitest'
import {
  asked,
  containerId,
  imageId,
  inspected,
  inspectedImage,
  mounted,
} from '../../../../test/support/docker/inspections.ts'
import type { ContainerConfig, HostConfig } from '../engine/types.ts'
import { splitPair } from '../probe/read-variables.ts'
import { describeTwin, type Twin } from './describe-twin.ts'
import type { Model } from './model.ts'

const image: ContainerConfig = {
  Env: ['PATH=/bin', 'VERSION=1'],
  Entrypoint: ['/entrypoint.sh'],
  WorkingDir: '/app',
}

function twinOf(parts: Partial<Model>, Config: ContainerConfig = {}, HostConfig: HostConfig = {}): Twin {
  return describeTwin({
    container: inspected({ Config: { ...image, ...Config }, ...asked(HostConfig) }),
    servingImage: inspectedImage(image),
    image: inspectedImage(image),
    runsEntrypoint: true,
    variables: new Map(),
    readOnly: [],
    hosts: [],
    hasHelperVolume: false,
    ...parts,
  })
}

/** Everything that decides how a process fares, each with a value that nobody has by accident. */
const lived: HostConfig = {
  BlkioDeviceReadBps: [{ Path: '/dev/sda', Rate: 1 }],
  BlkioDeviceReadIOps: [{ Path: '/dev/sda', Rate: 2 }],
  BlkioDeviceWriteBps: [{ Path: '/dev/sda', Rate: 3 }],
  BlkioDeviceWriteIOps: [{ Path: '/dev/sda', Rate: 4 }],
  BlkioWeight: 300,
  BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 5 }],
  CapAdd: ['NET_ADMIN'],
  CapDrop: ['CHOWN'],
  CgroupParent: '/shop',
  CgroupnsMode: 'private',
  CpuPeriod: 100_000,
  CpuQuota: 50_000,
  CpuRealtimePeriod: 1_000,
  CpuRealtimeRuntime: 950,
  CpuShares: 512,
  CpusetCpus: '0',
  CpusetMems: '0',
  DeviceCgroupRules: ['c 42:* rmw'],
  DeviceRequests: [{ Driver: 'nvidia', Count: -1 }],
  Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
  Dns: ['10.0.0.2'],
  DnsOptions: ['ndots:2'],
  DnsSearch: ['shop.example'],
  ExtraHosts: ['db:10.0.0.3'],
  GroupAdd: ['audio'],
  Init: true,
  IpcMode: 'shareable',
  Isolation: 'default',
  MaskedPaths: ['/proc/acpi'],
  Memory: 64_000_000,
  MemoryReservation: 32_000_000,
  MemorySwap: 64_000_000,
  MemorySwappiness: 10,
  NanoCpus: 500_000_000,
  NetworkMode: 'none',
  OomKillDisable: false,
  OomScoreAdj: 100,
  PidMode: 'host',
  PidsLimit: 50,
  Privileged: false,
  ReadonlyPaths: ['/proc/bus'],
  ReadonlyRootfs: true,
  Runtime: 'runc',
  SecurityOpt: ['no-new-privileges'],
  ShmSize: 32_000_000,
  StorageOpt: { size: '10G' },
  Sysctls: { 'net.core.somaxconn': '1024' },
  Tmpfs: { '/run': 'size=1m' },
  UTSMode: '',
  Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
  UsernsMode: 'host',
}

/** What others act upon. */
const acted: HostConfig = {
  AutoRemove: true,
  Binds: ['/srv:/srv'],
  Links: ['/db:/web/db'],
  LogConfig: { Type: 'gelf', Config: { 'gelf-address': 'udp://logs:12201' } },
  PortBindings: { '3000/tcp': [{ HostPort: '80' }] },
  PublishAllPorts: true,
  RestartPolicy: { Name: 'always' },
  VolumeDriver: 'rexray',
  VolumesFrom: ['data'],
}

describe('how a twin is made', () => {
  it('copies all that decides how a process fares, and nothing that others act upon', () => {
    const { HostConfig } = twinOf({}, {}, { ...lived, ...acted }).body
    expect(HostConfig).toEqual({
      ...lived,
      Mounts: [],
      Binds: [],
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'local', Config: expect.anything() },
    })
  })

  it('asks for nothing that the app did not ask for', () => {
    const nothing = Object.fromEntries(Object.keys(lived).map((name) => [name, null]))
    const { HostConfig } = twinOf({}, {}, { ...nothing, NetworkMode: 'none' }).body
    expect(Object.keys(HostConfig).sort()).toEqual([
      'AutoRemove',
      'Binds',
      'LogConfig',
      'Mounts',
      'NetworkMode',
      'RestartPolicy',
    ])
  })

  it('has no name, port, address, health check or terminal of the app', () => {
    const config: ContainerConfig = {
      ExposedPorts: { '3000/tcp': {} },
      Healthcheck: { Test: ['CMD', 'true'] },
      MacAddress: '02:42:ac:11:00:09',
      OpenStdin: false,
      Tty: true,
      Volumes: { '/data': {} },
    }
    const { body } = twinOf({}, config)
    expect(body).toMatchObject({
      Healthcheck: { Test: ['NONE'] },
      Tty: false,
      OpenStdin: true,
      StdinOnce: true,
    })
    for (const name of ['ExposedPorts', 'MacAddress', 'Name', 'Hostname', 'Volumes', 'Cmd'])
      expect(body).not.toHaveProperty(name)
  })

  it('is of the image by its id, whatever it is called now', () => {
    expect(twinOf({}, { Image: 'shop:latest' }).body.Image).toBe(imageId)
  })

  it('is in the app’s networks, made in one of those where it is', () => {
    const container = inspected({
      ...asked({ NetworkMode: 'left' }),
      Networks: { shop: { Aliases: ['web'], DriverOpts: { mtu: '1400' } }, data: {} },
    })
    const { body, networks } = twinOf({ container })
    expect(body.HostConfig.NetworkMode).toBe('shop')
    expect(body.NetworkingConfig.EndpointsConfig).toEqual({ shop: { DriverOpts: { mtu: '1400' } } })
    expect(networks.map(({ name }) => name)).toEqual(['data'])
  })

  it('finds what the app is linked to', () => {
    const { HostConfig } = twinOf({ hosts: ['db:172.17.0.2'] }, {}, { ExtraHosts: ['a:10.0.0.1'] }).body
    expect(HostConfig.ExtraHosts).toEqual(['a:10.0.0.1', 'db:172.17.0.2'])
  })

  it('has a volume of its own for a shell where it needs one', () => {
    const container = inspected({ Mounts: [mounted('data', '/data')] })
    const { Mounts } = twinOf({ container, hasHelperVolume: true }).body.HostConfig
    expect(Mounts?.map(({ Target, Source }) => [Target, Source])).toEqual([
      ['/data', 'data'],
      ['/.purser', undefined],
    ])
  })
})

describe('the entrypoint', () => {
  it.each<[string, boolean, ContainerConfig, object]>([
    ['is the image’s', true, {}, {}],
    ['is the app’s own', true, { Entrypoint: ['tini', '--'] }, { Entrypoint: ['tini', '--'] }],
    ['is taken away where it must not run', false, {}, { Entrypoint: [] }],
  ])('%s', (_name, runsEntrypoint, config, expected) => {
    const { body } = twinOf({ runsEntrypoint }, config)
    expect('Entrypoint' in body ? { Entrypoint: body.Entrypoint } : {}).toEqual(expected)
  })
})

describe('its variables', () => {
  const Env = [...(image.Env ?? []), 'COLOUR=teal', 'VIRTUAL_HOST=shop.example']
  const process = new Map([
    ['PATH', '/bin'],
    ['COLOUR', 'red'],
    ['SECRET', 'from=a file'],
    ['VIRTUAL_HOST', 'shop.example'],
    ['HOSTNAME', containerId.slice(0, 12)],
    ['PWD', '/app'],
    ['NODE_OPTIONS', '--inspect=0.0.0.0:9229 --trace-warnings'],
    ['PURSER_RUN', 'x'],
  ])

  it('are those that the app states, where its entrypoint makes the others', () => {
    const twin = twinOf({ variables: process }, { Env })
    expect(twin.body.Env).toEqual(['COLOUR=teal'])
    expect(twin.hidden).toEqual(['VIRTUAL_HOST=shop.example'])
  })

  it('are those of the serving process, without what the image sets and it has not, where no entrypoint runs', () => {
    const twin = twinOf({ variables: process, runsEntrypoint: false }, { Env })
    expect(twin.body.Env).toEqual([
      'COLOUR=red',
      'SECRET=from=a file',
      'NODE_OPTIONS=--trace-warnings',
      'VERSION',
    ])
    expect(twin.hidden).toEqual(['VIRTUAL_HOST=shop.example'])
  })

  it('for a proxy are its task’s alone, also where the image bakes them in', () => {
    const baked = inspectedImage({ Env: [...(image.Env ?? []), 'VIRTUAL_HOST=image', 'VIRTUAL_PORT=3000'] })
    const twin = twinOf(
      { servingImage: baked, image: baked },
      { Env: [...(image.Env ?? []), 'VIRTUAL_HOST=app', 'VIRTUAL_PORT=3000'] },
    )
    expect(twin.body.Env).toEqual(['VIRTUAL_HOST', 'VIRTUAL_PORT'])
    expect(twin.hidden.toSorted()).toEqual(['VIRTUAL_HOST=app', 'VIRTUAL_PORT=3000'])
  })

  it.each<[string, ContainerConfig, readonly string[]]>([
    ['has one', { Tty: true, Env: image.Env ?? [] }, ['TERM=xterm']],
    ['has one and states its name', { Tty: true, Env: [...(image.Env ?? []), 'TERM=dumb'] }, ['TERM=dumb']],
    ['has none', { Tty: false, Env: image.Env ?? [] }, []],
  ])('name the terminal that the engine would give, where the app %s', (_name, Config, expected) => {
    expect(twinOf({}, Config).body.Env).toEqual(expected)
    const variables = new Map([...(Config.Env ?? []), ...expected].map(splitPair))
    expect(twinOf({ runsEntrypoint: false, variables }, Config).body.Env).toEqual(expected)
  })

  it('that the engine makes of links are the app’s', () => {
    const variables = new Map([
      ['MY_DB_NAME', '/shop/my-db'],
      ['MY_DB_PORT_5432_TCP', 'tcp://172.17.0.2:5432'],
      ['MY_DB_PASSWORD', 'of the entrypoint'],
    ])
    const links = { Links: ['/postgres:/shop/my-db'] }
    expect(twinOf({ variables }, { Env: image.Env ?? [] }, links).body.Env).toEqual([
      'MY_DB_NAME=/shop/my-db',
      'MY_DB_PORT_5432_TCP=tcp://172.17.0.2:5432',
    ])
  })

  it('leave the terminal’s name to an image that has one', () => {
    const named = inspectedImage({ ...image, Env: ['TERM=linux'] })
    expect(twinOf({ image: named }, { Tty: true, Env: image.Env ?? [] }).body.Env).toEqual([])
  })
})

describe('a candidate', () => {
  const candidate = inspectedImage(
    {
      Env: ['PATH=/bin', 'VERSION=2', 'NEW=1'],
      WorkingDir: '/srv',
      Entrypoint: ['/new.sh'],
      Labels: { caddy: 'shop' },
    },
    'sha256:candidate',
  )
  const app: ContainerConfig = { Env: [...(image.Env ?? []), 'COLOUR=teal'], User: 'app' }

  it('brings its own defaults; what the app states is the app’s', () => {
    const { body } = twinOf({ image: candidate }, app, { Memory: 64_000_000 })
    expect(body).toMatchObject({
      Image: 'sha256:candidate',
      User: 'app',
      Env: ['COLOUR=teal'],
      Labels: { caddy: '' },
      HostConfig: { Memory: 64_000_000 },
    })
    expect(body).not.toHaveProperty('WorkingDir')
    expect(body).not.toHaveProperty('Entrypoint')
  })

  it('has its own variables too where no entrypoint runs', () => {
    const variables = new Map([
      ['PATH', '/bin'],
      ['VERSION', '1'],
      ['COLOUR', 'teal'],
    ])
    expect(twinOf({ image: candidate, runsEntrypoint: false, variables }, app).body.Env).toEqual([
      'COLOUR=teal',
    ])
  })
})
