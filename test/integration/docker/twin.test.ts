import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser } from '../../support/cli.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker } from '../../support/docker/docker.ts'
import { type DockerProject, dockerProject } from '../../support/docker/docker-project.ts'
import { images } from '../../support/docker/image-names.ts'
import { imageWith } from '../../support/docker/images.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const name = 'purser-twin-app'
const [front, back, volume] = ['purser-twin-front', 'purser-twin-back', 'purser-twin-data']
const temporary = temporaryFolder()

let app: Container
let project: DockerProject
let run: { readonly id: string; readonly container: string }

type Inspected = Awaited<ReturnType<Container['inspect']>>
let [ours, twin] = [{}, {}] as [Inspected, Inspected]

beforeAll(async () => {
  const config = path.join(temporary.folder, 'config')
  mkdirSync(config)
  writeFileSync(path.join(config, 'app.json'), '{}')
  await docker('network', 'create', '--subnet', '172.31.77.0/24', front)
  await docker('network', 'create', back)
  const image = await imageWith(images.busybox, [
    ...['LABEL traefik.enable=true', 'LABEL traefik.http.routers.shop.rule=baked', 'LABEL team=shop'],
    ...['ENV FROM_IMAGE=yes', 'ENV VIRTUAL_PORT=3000', 'EXPOSE 3000', 'VOLUME /cache'],
  ])
  app = await runContainer([
    ...['--name', name, '--user', '1000:1000', '--group-add', '4', '--workdir', '/tmp', '--init'],
    ...['--hostname', 'web-1', '--domainname', 'shop.example'],
    ...['--volume', `${volume}:/data`, '--volume', `${config}:/config:ro`],
    ...['--tmpfs', '/scratch:size=1m,mode=1777', '--mount', 'type=tmpfs,dst=/scratch2,tmpfs-size=2097152'],
    ...['--network', front, '--network-alias', 'web', '--ip', '172.31.77.10'],
    ...['--dns', '10.9.8.7', '--dns-search', 'shop.example', '--dns-option', 'ndots:2'],
    ...['--add-host', 'partner:10.1.2.3'],
    ...['--memory', '128m', '--memory-reservation', '64m', '--cpus', '0.5', '--cpu-shares', '512'],
    ...['--pids-limit', '200', '--ulimit', 'nofile=1000:2000', '--oom-score-adj', '100'],
    ...['--cap-add', 'NET_ADMIN', '--cap-drop', 'CHOWN', '--security-opt', 'no-new-privileges'],
    ...['--sysctl', 'net.core.somaxconn=777', '--shm-size', '32m', '--read-only', '--ipc', 'private'],
    ...['--env', 'COLOUR=teal', '--env', 'VIRTUAL_HOST=shop.example'],
    ...['--label', 'app=shop', '--label', 'traefik.http.routers.shop.rule=Host(`shop.example`)'],
    ...['--label', 'com.docker.compose.project=shop', '--label', 'com.docker.compose.service=web'],
    ...['--publish', '3000', '--restart', 'always', '--log-driver', 'json-file', '--log-opt', 'max-size=1m'],
    ...['--health-cmd', 'true', '--health-interval', '1h'],
    image,
  ])
  await docker('network', 'connect', '--alias', 'web', back, app.id)
  await app.printed('serves')
  project = dockerProject({ name })
  run = await project.start('sleep', '1000')
  ours = await app.inspect()
  twin = JSON.parse(await docker('inspect', '--format', '{{json .}}', run.container))
})

afterAll(async () => {
  await purser(project.folder, ['cancel', run.id])
  await project[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
  await docker('volume', 'rm', volume)
  await docker('network', 'rm', front, back)
  temporary[Symbol.dispose]()
})

describe('a twin of an app with everything that can be asked for', () => {
  it('is found to be the same', async () => {
    const { parity, notices } = await project.last()
    expect(parity).toMatchObject({ verdict: 'same', findings: [], unobserved: [] })
    const own = parity?.own.map(({ fact }) => fact).filter((fact) => !fact.startsWith('variables:PURSER_'))
    expect(own).toEqual([
      ...['hostname', 'hostname:asked', 'variables:HOSTNAME'],
      ...['variables:VIRTUAL_HOST', 'variables:VIRTUAL_PORT'],
    ])
    expect(notices).toEqual([
      expect.stringContaining(`"${volume}" (/data)`),
      expect.stringContaining('a hostname of its own: with "web-1"'),
    ])
  })

  it.each([
    ...[
      'Memory',
      'MemoryReservation',
      'MemorySwap',
      'NanoCpus',
      'CpuShares',
      'PidsLimit',
      'Ulimits',
      'OomScoreAdj',
    ],
    ...[
      'CapAdd',
      'CapDrop',
      'SecurityOpt',
      'Sysctls',
      'ShmSize',
      'ReadonlyRootfs',
      'Init',
      'IpcMode',
      'GroupAdd',
    ],
    ...['Dns', 'DnsSearch', 'DnsOptions', 'ExtraHosts', 'Tmpfs', 'NetworkMode', 'MaskedPaths', 'Runtime'],
  ])('has the app’s %s', (field) => {
    expect(ours.HostConfig[field]).toBeTruthy()
    expect(twin.HostConfig[field]).toEqual(ours.HostConfig[field])
  })

  it('is of its image by id, and works as its user, in its folder', () => {
    expect(twin.Image).toBe(ours.Image)
    expect(twin.Config.Image).toBe(ours.Image)
    const of = ({ User, WorkingDir, Domainname }: Inspected['Config']) => [User, WorkingDir, Domainname]
    expect(of(twin.Config)).toEqual(['1000:1000', '/tmp', 'shop.example'])
    expect(of(twin.Config)).toEqual(of(ours.Config))
  })

  it('has its mounts with their modes, and a volume of its own where it has one without a name', () => {
    const byPlace = ({ Mounts }: Inspected) =>
      new Map(
        Mounts.map((mount) => [mount.Destination, { ...mount, Mode: undefined, Propagation: undefined }]),
      )
    const [app, run] = [byPlace(ours), byPlace(twin)]
    expect([...run.keys()].sort()).toEqual(['/cache', '/config', '/data', '/scratch2'])
    for (const place of ['/config', '/data', '/scratch2']) expect(run.get(place)).toEqual(app.get(place))
    expect(run.get('/cache')).toMatchObject({ Type: 'volume', RW: true })
    expect(run.get('/cache')).not.toEqual(app.get('/cache'))
  })

  it('is in its networks, without its names and its address there', () => {
    const { Networks } = twin.NetworkSettings
    expect(Object.keys(Networks).sort()).toEqual([back, front])
    for (const { Aliases, IPAddress, IPAMConfig } of Object.values(Networks)) {
      expect(Aliases?.filter((alias) => !twin.Id.startsWith(alias)) ?? []).toEqual([])
      expect(IPAddress).not.toBe('172.31.77.10')
      expect(IPAMConfig?.IPv4Address).toBeUndefined()
    }
  })

  it('shows a proxy neither the app’s labels nor those of its image, nor its variables', () => {
    expect(twin.Config.Labels).toMatchObject({
      team: 'shop',
      app: 'shop',
      'traefik.enable': 'false',
      'traefik.http.routers.shop.rule': '',
    })
    const names = Object.keys(twin.Config.Labels ?? {})
    expect(names.filter((label) => label.startsWith('com.docker.compose'))).toEqual([])
    const given = (twin.Config.Env ?? []).filter((pair) => pair.startsWith('VIRTUAL_'))
    expect(given.filter((pair) => pair.includes('='))).toEqual([])
  })

  it('gives its task the variables all the same', async () => {
    const { stdout } = await project.run(
      '--',
      'sh',
      '-c',
      'echo $COLOUR $FROM_IMAGE $VIRTUAL_HOST $VIRTUAL_PORT',
    )
    expect(stdout).toBe('teal yes shop.example 3000\n')
  })

  it('publishes no port, is not started again, is not checked, and writes to no log of the app’s', () => {
    const { PortBindings, PublishAllPorts, RestartPolicy, LogConfig, AutoRemove } = twin.HostConfig
    expect(PortBindings ?? {}).toEqual({})
    expect(PublishAllPorts).toBe(false)
    expect(twin.NetworkSettings.Ports).toEqual({ '3000/tcp': null })
    expect(RestartPolicy).toMatchObject({ Name: 'no' })
    expect(LogConfig).toMatchObject({ Type: 'local' })
    expect(AutoRemove).toBe(false)
    expect(twin.Config.Healthcheck).toEqual({ Test: ['NONE'] })
    expect(twin.State.Health).toBeUndefined()
  })

  it('has a name of its own, which names the run', () => {
    expect(twin.Name).toBe(`/purser-${run.id}.1`)
  })

  it('may be kept from writing to a volume', async () => {
    await using careful = dockerProject({ name, readOnly: ['/data'] })
    const { code, stdout, stderr } = await careful.run(
      '--',
      'sh',
      '-c',
      'touch /data/x 2>&1; touch /scratch/x',
    )
    expect([code, stdout]).toEqual([0, expect.stringContaining('Read-only file system')])
    expect(stderr).not.toContain('writes to the volume')
    const { notices, parity } = await careful.last()
    expect(notices).toEqual([expect.stringContaining('hostname')])
    expect(parity).toMatchObject({ verdict: 'same' })
    expect(parity?.own.map(({ fact }) => fact)).toContain('mounts:/data')
  })
})

it('the warning of a volume with one writer is shown before the task begins', async () => {
  const { stderr } = await project.run('--', 'true')
  expect(stderr).toContain(`Only ${name} writes to the volume "${volume}" (/data) so far`)
})
