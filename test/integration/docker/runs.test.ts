import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { purser, purserJson, typePurser } from '../../support/cli.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { type DockerProject, dockerProject, type RunSeen } from '../../support/docker/docker-project.ts'
import { images } from '../../support/docker/image-names.ts'
import { imageWith } from '../../support/docker/images.ts'
import { countProcesses } from '../../support/processes.ts'
import { makeProject } from '../../support/project.ts'

/** The ends of a run that are Purser's own (docs/runs.md). */
const [gated, timedOut, cancelled] = [81, 84, 85]

let app: Container
let project: DockerProject

beforeAll(async () => {
  app = await runContainer([...['--memory', '64m', '--init', '--env', 'COLOUR=teal'], images.busybox])
  await app.printed('serves')
  project = dockerProject({ name: app.name })
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await app[Symbol.asyncDispose]()
})

const shell = (script: string) => ['--', 'sh', '-c', script]

describe('a command in an image of another language', () => {
  it('prints what it prints, and ends with its own exit code', async () => {
    const { code, stdout, stderr } = await project.run(...shell('echo "$COLOUR"; echo oh >&2; exit 7'))
    expect([code, stdout]).toEqual([7, 'teal\n'])
    expect(stderr).toContain('oh\n')
    expect(await project.last()).toMatchObject({ status: 'failed', exitCode: 7, exitCodeFrom: 'task' })
  })

  it('is followed from its first byte', async () => {
    const typed = typePurser(project.folder, ['run', '-e', 'test', ...shell('printf first; exec sleep 1000')])
    await typed.printed('first')
    expect(await purser(project.folder, ['cancel', 'last'])).toMatchObject({ code: 0 })
    expect(await typed.finished).toMatchObject({ code: cancelled, stdout: 'first' })
  })

  it('that is killed by the kernel for want of memory is said to be, with the limit', async () => {
    const { code, stderr } = await project.run('--', 'tail', '/dev/zero')
    expect([code, stderr]).toEqual([137, expect.stringContaining('out of memory, at the limit of 67.1 MB')])
    expect(await project.last()).toMatchObject({
      status: 'failed',
      outcome: { end: 'killed', signal: 'SIGKILL', oom: true, limitBytes: 67_108_864 },
    })
  })

  it('keeps its own exit code where only a process of it was killed so', async () => {
    const { code, stderr } = await project.run(...shell('tail /dev/zero; exit 5'))
    expect([code, stderr]).toEqual([
      5,
      expect.stringContaining('exit code 5; a process of it was killed: out of memory'),
    ])
  })

  it('is stopped when its time is up', async () => {
    const { code, stderr } = await project.run('--timeout', '1s', '--', 'sleep', '1000')
    expect([code, stderr]).toEqual([timedOut, expect.stringContaining('stopped after 1.0 s, its time limit')])
  })

  it('is stopped with all that it started when it is cancelled', async () => {
    const mark = `41.${process.pid}`
    const script = `trap '' TERM; setsid sleep ${mark} & env -i setsid sleep ${mark} & echo up; while :; do sleep ${mark}; done`
    const { id, container } = await project.start('sh', '-c', script)
    await vi.waitFor(() => expect(countProcesses(mark)).toBeGreaterThanOrEqual(3), 20_000)
    const { code } = await purser(project.folder, ['cancel', id])
    expect(code).toBe(0)
    expect(countProcesses(mark)).toBe(0)
    expect(await project.last()).toMatchObject({ status: 'cancelled', exitCode: cancelled })
    await expect(docker('inspect', container)).rejects.toThrow('No such object')
  })
})

describe.each([
  ['a user that is not root', ['USER app'], [], 'id -un; id -gn', 'app\napp\n'],
  ['a root that can only be read', [], ['--read-only'], 'touch /app/x 2> /dev/null || echo no', 'no\n'],
  [
    'both, and no right at all',
    ['USER 4321:4321'],
    ['--read-only', '--cap-drop', 'ALL'],
    'id -u; id -g',
    '4321\n4321\n',
  ],
])('an app with %s', (_name, changes, options, script, expected) => {
  it('has its runs as itself', async () => {
    const image = changes.length === 0 ? images.busybox : await imageWith(images.busybox, changes)
    await using other = await runContainer([...options, image])
    await other.printed('serves')
    await using its = dockerProject({ name: other.name })
    const { code, stdout, stderr } = await its.run(...shell(script))
    expect([code, stdout, stderr]).toEqual([0, expected, expect.not.stringContaining('refused')])
    expect((await its.last()).parity).toMatchObject({ verdict: 'same' })
  })
})

describe('an app in shared namespaces', () => {
  const isSame = async (app: Container, fields: readonly string[]) => {
    await using its = dockerProject({ name: app.name })
    const mark = `42.${process.pid}`
    const { id, container } = await its.start('sh', '-c', `setsid sleep ${mark} & exec sleep ${mark}`)
    const twin = JSON.parse(await docker('inspect', '--format', '{{json .HostConfig}}', container))
    const { HostConfig } = await app.inspect()
    for (const field of fields) expect([field, twin[field]]).toEqual([field, HostConfig[field]])
    expect((await its.last()).parity).toMatchObject({ verdict: 'same' })
    await vi.waitFor(() => expect(countProcesses(mark)).toBe(2), 20_000)
    await purser(its.folder, ['cancel', id])
    expect(countProcesses(mark)).toBe(0)
  }

  it('of another container has its runs there too', async () => {
    await using other = await runContainer(['--init', '--ipc', 'shareable', images.helper, 'sleep', '1000'])
    const shared = ['--network', '--pid', '--ipc'].flatMap((option) => [option, `container:${other.id}`])
    // one whose process is the command as it is written: else it could not be told from the other's
    await using app = await runContainer([...shared, '--env', 'COLOUR=teal', images.node])
    await app.printed('serves')
    await isSame(app, ['NetworkMode', 'PidMode', 'IpcMode'])
  })

  it('of the machine has its runs there too', async () => {
    const shared = ['--network', '--pid', '--ipc', '--uts'].flatMap((option) => [option, 'host'])
    await using app = await runContainer([...shared, '--env', 'COLOUR=teal', images.busybox])
    await app.printed('serves')
    await isSame(app, ['NetworkMode', 'PidMode', 'IpcMode', 'UTSMode'])
  })
})

describe('an app with tasks', () => {
  let node: Container
  let its: DockerProject
  beforeAll(async () => {
    node = await runContainer(['--env', 'COLOUR=teal', images.node])
    await node.printed('serves')
    its = dockerProject({ name: node.name })
  })
  afterAll(async () => {
    await its[Symbol.asyncDispose]()
    await node[Symbol.asyncDispose]()
  })

  it('tells them, and is asked once for each image', async () => {
    const made = async (since: number) => {
      // other projects ask questions of the same engine meanwhile
      const place = readFileSync(path.join(its.folder, '.purser/place'), 'utf8').trim()
      const filters = [
        '--filter',
        'event=create',
        '--filter',
        'label=purser.starter',
        '--filter',
        `label=purser.place=${place}`,
      ]
      const until = ['--since', String(since), '--until', String(Date.now() / 1_000)]
      const events = await docker('events', ...filters, ...until, '--format', '{{.Actor.Attributes.name}}')
      return events.split('\n').filter((name) => name.startsWith('purser-question-')).length
    }
    const ask = async () => {
      const since = Date.now() / 1_000
      const { tasks } = await purserJson<{ tasks: { name: string }[] }>(its.folder, ['tasks', '-e', 'test'])
      return [tasks.map(({ name }) => name), await made(since)]
    }
    expect(await ask()).toEqual([['greet', 'hello'], 1])
    expect(await ask()).toEqual([['greet', 'hello'], 0])
  })

  it('runs a task with its parameters, and hears of its progress', async () => {
    const args = ['run', '-e', 'test', 'greet', '-p', 'name=Ada', '-p', 'times=3', '--json']
    const { code, stdout } = await purser(its.folder, args)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines.map(({ text = '' }) => text).join('')).toBe('Hello, Ada.\n'.repeat(3))
    expect(lines.findLast(({ kind }) => kind === 'progress')).toMatchObject({
      done: 3,
      total: 3,
      label: 'greetings',
    })
    expect(lines.at(-1)).toMatchObject({ status: 'succeeded', parity: { verdict: 'same' } })
  })

  it('refuses parameters by the task’s own validator', async () => {
    const { code, stderr } = await its.run('greet', '-p', 'name=A')
    expect([code, stderr]).toEqual([80, expect.stringContaining('PARAMETERS_INVALID')])
  })
})

it('an image without purser in it runs commands, and says so of tasks', async () => {
  const { code, stderr } = await project.run('greet')
  expect([code, stderr]).toEqual([80, expect.stringContaining('RELEASE_SIDE_MISSING')])
})

it('an app that may take more memory than there is left has no run beside it', async () => {
  await using vast = await runContainer(['--memory', '1000g', images.busybox])
  await vast.printed('serves')
  await using its = dockerProject({ name: vast.name })
  const { code, stdout, stderr } = await its.run(...shell('echo it runs'))
  expect([code, stdout, stderr]).toEqual([gated, '', expect.stringContaining('may need 1.1 TB')])
  expect(await its.last()).toMatchObject({ status: 'refused', refusals: [{ code: 'NO_ROOM' }] })
})

it('each service has its own containers', async () => {
  const labelled = (service: string) =>
    runContainer([
      '--label',
      'com.docker.compose.project=two',
      '--label',
      `com.docker.compose.service=${service}`,
      '--env',
      `ME=${service}`,
      images.busybox,
    ])
  await using web = await labelled('web')
  await using worker = await labelled('worker')
  for (const one of [web, worker]) await one.printed('serves')
  await using two = makeProject()
  const executor = (service: string) =>
    `docker({ host: '${dockerHost()}', project: 'two', service: '${service}' })`
  two.write(
    'purser.config.ts',
    `import { defineConfig } from 'purser'
import { docker } from 'purser/presets'
export default defineConfig({
  environments: { test: { services: { web: { executor: ${executor('web')} }, worker: { executor: ${executor('worker')} } } } },
})`,
  )
  for (const service of ['web', 'worker']) {
    const { stdout } = await purser(two.folder, [
      'run',
      '-e',
      'test',
      '--service',
      service,
      ...shell('echo $ME'),
    ])
    expect(stdout).toBe(`${service}\n`)
  }
  const runs = await purserJson<(RunSeen & { service: string })[]>(two.folder, ['runs'])
  expect(runs.map(({ service }) => service)).toEqual(['worker', 'web'])
})
