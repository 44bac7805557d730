import { describe, expect, it } from 'vitest'
import type { ContainerInspect, ContainerListed, HostConfig } from '../engine/types.ts'
import { engineFacts, type Fleet } from './engine-facts.ts'

const id = 'd8fe3c24ac2f5d38954a472fa6ea847f6682da5a46c4b226df20ab1c0767cd52'
const alone: Fleet = { neighbours: [], except: new Set() }

interface Parts {
  readonly Config?: object
  readonly HostConfig?: HostConfig
  readonly Mounts?: ContainerInspect['Mounts']
  readonly Networks?: ContainerInspect['NetworkSettings']['Networks']
}

function container({ Config = {}, HostConfig = {}, Mounts = [], Networks = {} }: Parts): ContainerInspect {
  return {
    Id: id,
    Name: '/app',
    Image: 'sha256:1',
    Created: '2026-01-01T00:00:00Z',
    State: {
      Status: 'running',
      Running: true,
      Pid: 1,
      ExitCode: 0,
      OOMKilled: false,
      Error: '',
      StartedAt: '',
    },
    Config: { Image: 'app:1', ...Config },
    HostConfig,
    Mounts,
    NetworkSettings: { Networks },
  }
}

function valuesOf(parts: Parts, fleet = alone): Record<string, string> {
  const facts = [...engineFacts(container(parts), undefined, fleet)]
  return Object.fromEntries(facts.map(([fact, told]) => [fact, 'value' in told ? told.value : '?']))
}

function listed(Id: string, name: string, NetworkMode: string): ContainerListed {
  return {
    Id,
    Names: [`/${name}`],
    Image: `${name}:1`,
    ImageID: 'sha256:2',
    State: 'running',
    Status: 'Up',
    Created: 0,
    Labels: {},
    HostConfig: { NetworkMode },
    Mounts: [],
    NetworkSettings: null,
  }
}

/** What an engine writes of a container that was asked for nothing: older ones write null, newer ones leave it out. */
const nothing: HostConfig = {
  Binds: null,
  CapAdd: null,
  CapDrop: null,
  Dns: [],
  DnsOptions: [],
  DnsSearch: [],
  ExtraHosts: null,
  GroupAdd: null,
  SecurityOpt: null,
  Devices: [],
  Ulimits: [],
  Memory: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  NanoCpus: 0,
  CpuQuota: 0,
  CpuPeriod: 0,
  CpusetCpus: '',
  PidsLimit: null,
  OomKillDisable: false,
  OomScoreAdj: 0,
  PidMode: '',
  UTSMode: '',
  UsernsMode: '',
  Privileged: false,
  ReadonlyRootfs: false,
  Tmpfs: null,
  Sysctls: null,
}

describe('what was not asked for', () => {
  it('is one, however an engine writes it', () => {
    expect(valuesOf({ HostConfig: nothing })).toEqual(valuesOf({}))
  })
})

describe('what was asked for', () => {
  it.each<[what: string, one: HostConfig, other: HostConfig]>([
    ['capabilities', { CapAdd: ['NET_ADMIN', 'SYS_TIME'] }, { CapAdd: ['cap_sys_time', 'CAP_NET_ADMIN'] }],
    [
      'no new privileges',
      { SecurityOpt: ['no-new-privileges'] },
      { SecurityOpt: ['no-new-privileges:true'] },
    ],
    ['a profile', { SecurityOpt: ['apparmor:mine'] }, { SecurityOpt: ['apparmor=mine'] }],
    ['processors', { NanoCpus: 500_000_000 }, { CpuQuota: 50_000, CpuPeriod: 100_000 }],
    ['hosts', { ExtraHosts: ['a:1.1.1.1', 'b:2.2.2.2'] }, { ExtraHosts: ['b:2.2.2.2', 'a:1.1.1.1'] }],
    ['the default network', { NetworkMode: 'default' }, { NetworkMode: 'bridge' }],
    ['no limit of processes', { PidsLimit: -1 }, { PidsLimit: 0 }],
  ])('as %s is one, however it was written', (_, one, other) => {
    expect(valuesOf({ HostConfig: one })).toEqual(valuesOf({ HostConfig: other }))
  })

  it.each<[fact: string, value: string, asked: HostConfig]>([
    ['memory-limit:asked', '512 MiB', { Memory: 536_870_912 }],
    ['memory-limit:swap-asked', 'unlimited', { MemorySwap: -1 }],
    ['memory-limit:asked', '1000000001 bytes', { Memory: 1_000_000_001 }],
    ['cpu-limit:asked', '1.5 CPUs', { NanoCpus: 1_500_000_000 }],
    [
      'ulimits:asked',
      'nofile=1:2, nproc=3:4',
      {
        Ulimits: [
          { Name: 'nproc', Soft: 3, Hard: 4 },
          { Name: 'nofile', Soft: 1, Hard: 2 },
        ],
      },
    ],
    ['sysctls:asked', 'net.core.somaxconn=99', { Sysctls: { 'net.core.somaxconn': '99' } }],
    ['privileges:privileged', 'yes', { Privileged: true }],
    ['user:groups-added', '20, 7', { GroupAdd: ['7', '20'] }],
    ['networks:mode', 'host', { NetworkMode: 'host' }],
    ['mounts:/tmp', 'tmpfs, noexec, size=10m', { Tmpfs: { '/tmp': 'size=10m,noexec' } }],
    ['entrypoint:init', 'yes', { Init: true }],
  ])('is told in words: %s is %s', (fact, value, asked) => {
    expect(valuesOf({ HostConfig: asked })[fact]).toBe(value)
  })

  it('is short where a profile stands in it as a whole', () => {
    const value = valuesOf({ HostConfig: { SecurityOpt: [`seccomp=${'x'.repeat(5_000)}`] } })[
      'privileges:security-options'
    ]
    expect(value).toMatch(/^sha256:[0-9a-f]{64}$/)
  })
})

describe('mounts', () => {
  const mount = {
    Type: 'volume',
    Name: 'data',
    Source: '/x',
    Destination: '/data',
    Mode: 'z',
    RW: true,
    Propagation: '',
  }

  it.each([
    ['a volume', mount, 'volume data, writable'],
    ['a volume without a name', { ...mount, Name: 'a'.repeat(64) }, 'anonymous volume, writable'],
    [
      'a bind',
      { ...mount, Type: 'bind', Name: '', Source: '/srv', RW: false, Propagation: 'rprivate' },
      'bind /srv, read-only',
    ],
    [
      'a shared bind',
      { ...mount, Type: 'bind', Name: '', Source: '/srv', Propagation: 'rslave' },
      'bind /srv, writable, rslave',
    ],
  ])('say of %s what it is', (_, { Name, ...rest }, value) => {
    const one = Name === '' ? rest : { ...rest, Name }
    expect(valuesOf({ Mounts: [one] })['mounts:/data']).toBe(value)
  })
})

describe('networks', () => {
  const endpoint = {
    NetworkID: 'fb2fefc65e4679ed',
    IPAddress: '172.17.0.2',
    Gateway: '172.17.0.1',
    MacAddress: 'x',
  }

  it('are told by their ids, without the container’s own addresses and names', () => {
    const one = valuesOf({ Networks: { shop: endpoint } })
    const other = valuesOf({ Networks: { shop: { ...endpoint, IPAddress: '172.17.0.9', Aliases: ['web'] } } })
    expect(one).toEqual(other)
    expect(one).toMatchObject({ networks: 'listed', 'networks:shop': 'fb2fefc65e46' })
  })

  it('do not take a container’s own name for one', () => {
    expect(valuesOf({ Config: { Hostname: id.slice(0, 12) } })['hostname:asked']).toBe(
      "the container's own id",
    )
    expect(valuesOf({ Config: { Hostname: 'web-1' } })['hostname:asked']).toBe('web-1')
  })
})

describe('sidecars', () => {
  const neighbours = [
    listed(id, 'app', 'bridge'),
    listed('2', 'proxy', `container:${id}`),
    listed('3', 'other', 'bridge'),
    listed('4', 'twin', `container:${id}`),
  ]

  it('are containers in the same network namespace', () => {
    const values = valuesOf({}, { ...alone, neighbours, except: new Set(['4']) })
    expect(Object.entries(values).filter(([fact]) => fact.startsWith('sidecars'))).toEqual([
      ['sidecars', 'listed'],
      ['sidecars:proxy', 'proxy:1'],
    ])
  })

  it('are also who owns it', () => {
    const values = valuesOf({ HostConfig: { NetworkMode: 'container:3' } }, { ...alone, neighbours })
    expect(values['sidecars:other']).toBe('other:1')
  })
})

describe('commands', () => {
  it.each<[argv: readonly string[] | null, told: string]>([
    [null, 'none'],
    [[], 'none'],
    [['/app/serve.sh'], 'serve.sh'],
    [['/app/serve.sh', '--password'], 'serve.sh and 1 word'],
    [['sh', '-c', 'exec rotate --password hunter-two', 'sh'], 'sh and 3 words'],
  ])('are told by their program, and never by their words: %j', (argv, told) => {
    const values = valuesOf({ Config: { Cmd: argv, Entrypoint: argv } })
    expect(values).toMatchObject({ command: told, 'command:entrypoint': told })
  })
})

describe('the release', () => {
  it('is told by image, reference and revision', () => {
    const Labels = { 'org.opencontainers.image.revision': 'abc' }
    expect(valuesOf({ Config: { Labels } })).toMatchObject({
      image: 'sha256:1',
      'moved-tag': 'app:1',
      'code-revision:label': 'abc',
    })
    expect(valuesOf({})['code-revision:label']).toBe('none')
  })

  it('is not told to be one: that is seen from all containers together, before a run', () => {
    const ids = Object.keys(valuesOf({}))
    expect(ids).not.toContain('mixed-releases')
    expect(ids).not.toContain('deploy-in-progress')
  })
})
