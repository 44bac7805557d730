import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Finished, purser, purserJson, purserProgram } from '../support/cli.ts'
import { type Container, leftovers, runContainer } from '../support/docker/container.ts'
import { docker } from '../support/docker/docker.ts'
import { dockerProject, type RunSeen } from '../support/docker/docker-project.ts'
import { images } from '../support/docker/image-names.ts'
import { imageWith } from '../support/docker/images.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const [usage, refused, cancelled, notStarted] = [80, 81, 85, 127]

let before: readonly string[]
beforeEach(async () => {
  before = await leftovers()
})
afterEach(async () => {
  expect(await leftovers()).toEqual(before)
})

/** Types `purser run -- true` in an environment of these containers. */
async function tryIt(options: Readonly<Record<string, unknown>>): Promise<Finished & { runs: RunSeen[] }> {
  await using project = dockerProject(options)
  const finished = await project.run('--', 'true')
  return { ...finished, runs: await purserJson<RunSeen[]>(project.folder, ['runs']) }
}

describe('an app that is not to be found is told with what there is, and there is no run', () => {
  const labelled = (project: string, service: string) => [
    ...[
      '--label',
      `com.docker.compose.project=${project}`,
      '--label',
      `com.docker.compose.service=${service}`,
    ],
  ]
  let apps: Container[]
  beforeAll(async () => {
    const start = (...args: string[]) => runContainer([...args, images.helper, 'sleep', '1000'])
    apps = await Promise.all([
      start('--name', 'purser-bad-a', ...labelled('shop', 'web')),
      start('--name', 'purser-bad-b', ...labelled('blog', 'web')),
      start('--name', 'purser-bad-c', ...labelled('blog', 'worker')),
    ])
    await docker('create', '--name', 'purser-bad-ended', images.helper, 'true')
  })
  afterAll(async () => {
    for (const app of apps) await app[Symbol.asyncDispose]()
    await docker('rm', 'purser-bad-ended')
  })

  it.each<[string, Record<string, string>, string, string[]]>([
    [
      'no container of that name',
      { name: 'purser-bad-x' },
      'APP_NOT_RUNNING',
      [
        'No container with the name "purser-bad-x" is on the Docker Engine at unix://',
        'purser-bad-a, purser-bad-b',
      ],
    ],
    [
      'no container of that service',
      { service: 'api' },
      'APP_NOT_RUNNING',
      ['service "api"', 'blog/web, blog/worker', 'shop/web'],
    ],
    [
      'no container of that project',
      { service: 'worker', project: 'shop' },
      'APP_NOT_RUNNING',
      ['service "worker" of the compose project "shop"', 'blog/worker'],
    ],
    [
      'no container with that label',
      { label: 'app=shop' },
      'APP_NOT_RUNNING',
      ['label "app=shop"', 'purser-bad-a'],
    ],
    [
      'one that does not run',
      { name: 'purser-bad-ended' },
      'APP_NOT_RUNNING',
      ['purser-bad-ended (Created)'],
    ],
    [
      'several projects with that service',
      { service: 'web' },
      'APP_AMBIGUOUS',
      ['"blog" and "shop"', "docker({ project: 'blog', service: 'web' })"],
    ],
  ])('%s', async (_name, options, error, words) => {
    const { code, stderr, runs } = await tryIt(options)
    for (const word of [error, ...words]) expect(stderr).toContain(word)
    expect([code, runs]).toEqual([usage, []])
  })
})

describe('an engine that is not to be had is told with where it was looked for', () => {
  it.each([
    ['the configuration', { host: 'unix:///nonexistent/docker.sock' }, {}, 'which the configuration names'],
    [
      'a variable',
      { host: undefined },
      { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
      'which DOCKER_HOST names',
    ],
  ])('by %s', async (_name, options, variables, chosen) => {
    await using project = dockerProject({ name: 'web', ...options })
    for (const args of [
      ['run', '-e', 'test', '--', 'true'],
      ['tasks', '-e', 'test'],
      ['parity', '-e', 'test'],
    ]) {
      const { code, stderr } = await purser(project.folder, args, { variables })
      expect(code).toBe(usage)
      expect(stderr).toContain('ENGINE_UNREACHABLE')
      expect(stderr).toContain(`at unix:///nonexistent/docker.sock, ${chosen}: there is no such socket.`)
      expect(stderr).toContain('sudo systemctl start docker')
    }
    expect(await purserJson(project.folder, ['runs'])).toEqual([])
  })

  it.runIf(process.getuid?.() === 0)('also where it may not be used', async () => {
    using temporary = temporaryFolder()
    chmodSync(temporary.folder, 0o755)
    const socket = path.join(temporary.folder, 'docker.sock')
    const server = createServer().listen(socket)
    await once(server, 'listening')
    chmodSync(socket, 0o600)
    await using project = dockerProject({ name: 'web', host: `unix://${socket}` })
    chmodSync(project.folder, 0o777)
    const { code, stderr } = await asNobody(project.folder, 'run', '-e', 'test', '--', 'true')
    server.close()
    expect([code, stderr]).toEqual([usage, expect.stringContaining('ENGINE_FORBIDDEN')])
    for (const word of [socket, "can't be used by this user", 'usermod -aG docker'])
      expect(stderr).toContain(word)
  })
})

function asNobody(folder: string, ...words: readonly string[]): Promise<Omit<Finished, 'signal'>> {
  const become = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', process.execPath, purserProgram]
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: '/nonexistent' } }
  return new Promise((resolve) => {
    const child = execFile('setpriv', [...become, ...words], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

describe('a twin that can’t start is told in the engine’s own words, and is on record', () => {
  it('a folder that is no more', async () => {
    using temporary = temporaryFolder()
    const folder = path.join(temporary.folder, 'files')
    mkdirSync(folder)
    await using app = await runContainer(['--mount', `type=bind,src=${folder},dst=/files`, images.busybox])
    await app.printed('serves')
    rmSync(folder, { recursive: true })
    const ended = await told(app)
    expect([ended.code, ended.stderr]).toEqual([
      notStarted,
      expect.stringContaining('bind source path does not exist'),
    ])
    expect(ended.run).toMatchObject({
      status: 'failed',
      outcome: { end: 'unstartable', why: expect.stringContaining(folder) },
    })
  })

  it('a network that is no more', async () => {
    const network = 'purser-bad-network'
    await docker('network', 'create', network)
    await using app = await runContainer(['--network', network, images.busybox])
    await app.printed('serves')
    await docker('network', 'disconnect', '--force', network, app.id)
    await docker('network', 'rm', network)
    const { code, stderr, run } = await told(app)
    expect([code, stderr]).toEqual([notStarted, expect.stringContaining(`network ${network} not found`)])
    expect(run).toMatchObject({ status: 'failed', outcome: { end: 'unstartable' } })
  })

  it('an entrypoint that fails', async () => {
    await using app = await withEntrypoint('echo "no database" >&2; exit 3')
    const ended = await told(app)
    expect([ended.code, ended.stderr]).toEqual([
      notStarted,
      expect.stringContaining('its entrypoint ended before it came to the command'),
    ])
    expect(ended.stderr).toContain('no database\n')
    expect(ended.run).toMatchObject({ status: 'failed', outcome: { end: 'unstartable' } })
  })

  it('an entrypoint that never comes to the command, until somebody cancels it', async () => {
    await using app = await withEntrypoint('echo "waiting for the database"; sleep 1000')
    await using project = dockerProject({ name: app.name })
    const running = project.run('--', 'true')
    await vi.waitFor(async () => expect(await twins()).toHaveLength(1), { timeout: 20_000, interval: 200 })
    await vi.waitFor(
      async () => expect(await docker('logs', `${(await twins())[0]}`)).toContain('waiting'),
      20_000,
    )
    expect((await purser(project.folder, ['cancel', 'last'])).code).toBe(0)
    expect((await running).code).toBe(cancelled)
    expect(await project.last()).toMatchObject({ status: 'cancelled' })
  })

  it('a command that is not in the image', async () => {
    await using app = await runContainer([images.busybox])
    await app.printed('serves')
    await using project = dockerProject({ name: app.name })
    const { code, stderr } = await project.run('--', 'no-such-program', 'an argument')
    expect([code, stderr]).toEqual([usage, expect.stringContaining('"no-such-program" is not in the image')])
    expect(await project.last()).toMatchObject({
      status: 'refused',
      refusals: [{ code: 'COMMAND_NOT_FOUND' }],
    })
  })
})

/** What a run in a twin of this container came to. */
async function told(app: Container) {
  await using project = dockerProject({ name: app.name })
  const finished = await project.run('--', 'true')
  return { ...finished, run: await project.last() }
}

/** An app whose entrypoint does this, but only in a run. */
async function withEntrypoint(script: string): Promise<Container> {
  const words = ['sh', '-c', `[ -z "$PURSER_RUN" ] || { ${script}; }; exec "$@"`, 'sh']
  const image = await imageWith(images.busybox, [
    `ENTRYPOINT ${JSON.stringify(words)}`,
    'CMD ["/app/serve.sh"]',
  ])
  const app = await runContainer([image])
  await app.printed('serves')
  return app
}

async function twins(): Promise<string[]> {
  const names = await docker('ps', '--filter', 'label=purser.attempt', '--format', '{{.Names}}')
  return names.split('\n').filter(Boolean)
}

it('an image that lost its name since is no matter: a twin is made of the image itself', async () => {
  const tag = 'purser-test/untagged:1'
  await docker('tag', images.busybox, tag)
  await using app = await runContainer([tag])
  await app.printed('serves')
  await docker('rmi', '--force', tag)
  const { code, runs } = await tryIt({ name: app.name })
  expect([code, runs]).toEqual([0, [expect.objectContaining({ status: 'succeeded' })]])
})

it('an image that was deleted since is missed: no twin can be made of it', async () => {
  const image = await imageWith(images.busybox, ['LABEL purser-test.deleted=soon'])
  const id = await docker('image', 'inspect', '--format', '{{.Id}}', image)
  await using app = await runContainer([image])
  await app.printed('serves')
  // an engine keeps the image of a container that runs, and the files of one that does not
  await docker('kill', app.id)
  await docker('rmi', '--force', id)
  await docker('start', app.id)
  const { code, stderr, runs } = await tryIt({ name: app.name })
  expect([code, runs, stderr]).toEqual([usage, [], expect.stringContaining('IMAGE_MISSING')])
  expect(stderr).toContain(`The image ${id} that container ${app.name} runs was deleted`)
})

describe('variables of any size', () => {
  it('500 of them, and values of 100 kB with newlines and quotes, are the task’s as they are the app’s', async () => {
    const small = Array.from(
      { length: 500 },
      (_, at) => [`NAME_${at}`, `value ${at}\n"quoted" 'twice' $HOME \\n`] as const,
    )
    const large = Array.from({ length: 10 }, (_, at) => [`LARGE_${at}`, largeValue(at)] as const)
    const all: (readonly [string, string])[] = [...small, ...large]
    await using app = await runContainer([
      ...all.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      images.busybox,
    ])
    await app.printed('serves')
    await using project = dockerProject({ name: app.name })
    const names = ['NAME_0', 'NAME_499', 'LARGE_0', 'LARGE_9']
    const script = `for name in ${names.join(' ')}; do eval "printf %s \\"\\$$name\\"" | sha256sum; done; env -0 | tr -cd '\\000' | wc -c`
    const { code, stdout, stderr } = await project.run('--', 'sh', '-c', script)
    const hashes = names.map((name) => `${hash(new Map(all).get(name) ?? '')}  -\n`)
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('≠')])
    expect(stdout.startsWith(hashes.join(''))).toBe(true)
    expect(Number(stdout.slice(hashes.join('').length))).toBeGreaterThanOrEqual(510)
    expect((await project.last()).parity).toMatchObject({ verdict: 'same' })
  })
})

function largeValue(seed: number): string {
  const line = `${seed}: it's "quoted", $HOME, \`id\`, \\, \t and a line\n`
  return line.repeat(Math.ceil(100_000 / line.length)).slice(0, 100_000)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe('what stands in a run’s way is a refusal on record', () => {
  it.each<[string, readonly string[], object, string, string]>([
    ['no reason', [], { policies: { reason: 'required' } }, 'REASON_REQUIRED', '--reason'],
    [
      'an app that may take more memory than the machine has',
      ['--memory', '9000g'],
      {},
      'NO_ROOM',
      'may need 9.7 TB',
    ],
  ])('%s', async (_name, options, environment, error, words) => {
    await using app = await runContainer([...options, images.busybox])
    await app.printed('serves')
    await using project = dockerProject({ name: app.name }, { ...environment })
    const { code, stderr } = await project.run('--', 'true')
    expect([code, stderr]).toEqual([refused, expect.stringContaining(error)])
    expect(stderr).toContain(words)
    expect(await project.last()).toMatchObject({ status: 'refused', refusals: [{ code: error }] })
  })
})

it('an app that is paused does not serve', async () => {
  await using app = await runContainer([images.busybox])
  await app.printed('serves')
  await docker('pause', app.id)
  const { code, stderr, runs } = await tryIt({ name: app.name })
  expect([code, runs, stderr]).toEqual([usage, [], expect.stringContaining('(Paused)')])
})
