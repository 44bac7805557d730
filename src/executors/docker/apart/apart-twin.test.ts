import { describe, expect, it } from 'vitest'
import type { TwinBody } from '../twin/describe-twin.ts'
import { apartTwin, sharedMounts } from './apart-twin.ts'
import { readScan } from './guard-body.ts'
import { withVariables } from './with-variables.ts'

const body: TwinBody = {
  Image: 'shop',
  Hostname: 'shop',
  Env: ['DATABASE_URL=production', 'COLOUR=teal'],
  HostConfig: {
    NetworkMode: 'shop',
    ExtraHosts: ['db:10.0.0.5'],
    Dns: ['10.0.0.2'],
    Privileged: true,
    PidMode: 'host',
    CapAdd: ['CAP_NET_ADMIN', 'SYS_NICE'],
    CapDrop: ['MKNOD'],
    Mounts: [
      { Type: 'volume', Source: 'files', Target: '/files', ReadOnly: false },
      { Type: 'bind', Source: '/var/run/docker.sock', Target: '/var/run/docker.sock' },
      { Type: 'volume', Target: '/own' },
      { Type: 'tmpfs', Target: '/tmp' },
    ],
    Binds: ['/srv/a:/a:rw,Z', '/srv/b:/b', '/run/postgresql:/run/postgresql:z'],
  },
  NetworkingConfig: { EndpointsConfig: { shop: {} } },
}

describe('a twin that is kept apart', () => {
  it('shares what it may read, and has nothing in which there are sockets', () => {
    expect(sharedMounts(body).map(({ Target }) => Target)).toEqual([
      ...['/files', '/var/run/docker.sock', '/a', '/b', '/run/postgresql'],
    ])
    const { HostConfig } = apartTwin(body, 'guard', new Set([1, 4]))
    expect(HostConfig.Mounts).toEqual([
      { Type: 'volume', Source: 'files', Target: '/files', ReadOnly: true },
      { Type: 'volume', Target: '/own' },
      { Type: 'tmpfs', Target: '/tmp' },
    ])
    expect(HostConfig.Binds).toEqual(['/srv/a:/a:ro,Z', '/srv/b:/b:ro'])
  })

  it('has its guard’s network, and no right to leave it', () => {
    const { Hostname, HostConfig, NetworkingConfig } = apartTwin(body, 'guard', new Set())
    expect([Hostname, NetworkingConfig]).toEqual([undefined, { EndpointsConfig: {} }])
    expect(HostConfig).toMatchObject({ NetworkMode: 'container:guard', CapAdd: ['SYS_NICE'] })
    expect(HostConfig.CapDrop).toEqual(expect.arrayContaining(['MKNOD', 'SYS_ADMIN', 'NET_ADMIN']))
    for (const name of ['ExtraHosts', 'Dns', 'Privileged', 'PidMode'])
      expect(HostConfig).not.toHaveProperty(name)
  })

  it('has variables in place of the app’s, also after its entrypoint', () => {
    const twin = { body, networks: [], hidden: ['DATABASE_URL=production', 'KEPT=1'] }
    const { body: made, hidden } = withVariables(twin, { DATABASE_URL: 'wire', 'odd.name': 'x' })
    expect(made.Env).toEqual(['COLOUR=teal', 'DATABASE_URL=wire', 'odd.name=x'])
    expect(hidden).toEqual(['KEPT=1', 'DATABASE_URL=wire'])
    expect(withVariables(twin, {})).toBe(twin)
  })

  it('knows by its guard in which mounts there are sockets', () => {
    expect(readScan('/looked-at/1\n/looked-at/12/.s.PGSQL.5432\n/looked-at/3x\nelse\n')).toEqual(
      new Set([1, 12]),
    )
    expect(readScan('')).toEqual(new Set())
  })
})
