import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserJson } from '../../support/cli.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker } from '../../support/docker/docker.ts'
import { type DockerProject, dockerProject } from '../../support/docker/docker-project.ts'
import { images } from '../../support/docker/image-names.ts'
import { imageWith } from '../../support/docker/images.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const refused = 81
const shell = (script: string) => ['--', 'sh', '-c', script]
const idOf = (image: string) => docker('image', 'inspect', '--format', '{{.Id}}', image)

describe('while more than one release serves', () => {
  const label = 'purser-test-mixed'
  let replicas: Container[]
  let project: DockerProject
  let newer: string
  beforeAll(async () => {
    newer = await imageWith(images.busybox, ['ENV VERSION=2'])
    replicas = await Promise.all(
      [images.busybox, images.busybox, newer].map((image, at) =>
        runContainer(['--name', `${label}-${at + 1}`, '--label', label, image]),
      ),
    )
    for (const replica of replicas) await replica.printed('serves')
    project = dockerProject({ label })
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
  })

  it('a run is refused with their numbers and names, and is on record', async () => {
    const { code, stderr } = await project.run('--', 'true')
    const [older, other] = [await idOf(images.busybox), await idOf(newer)].map((id) => id.slice(0, 19))
    const sentence = `The app's containers don't run one release: 2 × ${older}, 1 × ${other}: ${label}-3.`
    expect([code, stderr]).toEqual([refused, expect.stringContaining(sentence)])
    expect(stderr).toContain('--differs mixed-releases="…"')
    expect(await project.last()).toMatchObject({
      status: 'refused',
      exitCode: refused,
      refusals: [{ code: 'RELEASES_MIXED', message: sentence }],
    })
  })

  it('it goes on where that is meant, in the release that most serve, and the reason is kept', async () => {
    const { code, stdout } = await project.run(
      '--differs',
      'mixed-releases=a canary',
      ...shell('echo "v$VERSION"'),
    )
    expect([code, stdout]).toEqual([0, 'v\n'])
    const { notices } = await project.last()
    expect(notices).toEqual([expect.stringMatching(/don't run one release: 2 × .* Declared: a canary$/)])
  })

  it('is told when nothing is run', async () => {
    const { code, stderr, stdout } = await purser(project.folder, ['parity', '-e', 'test'])
    expect([code, stderr + stdout]).toEqual([
      refused,
      expect.stringContaining(`1 × ${(await idOf(newer)).slice(0, 19)}`),
    ])
  })
})

it('a container that is being replaced is a reason to wait', async () => {
  const label = 'purser-test-replaced'
  await using app = await runContainer(['--label', label, images.busybox])
  await app.printed('serves')
  const coming = await docker('create', '--label', label, '--name', `${label}-new`, images.busybox)
  try {
    await using project = dockerProject({ label })
    const { code, stderr } = await project.run('--', 'true')
    expect([code, stderr]).toEqual([
      refused,
      expect.stringContaining(`are being replaced: ${label}-new is created.`),
    ])
    expect((await project.last()).refusals).toMatchObject([{ code: 'DEPLOY_IN_PROGRESS' }])
  } finally {
    await docker('rm', coming)
  }
})

it('a tag that means something else by now does not matter: a twin is of what serves', async () => {
  const tag = 'purser-test/moving:latest'
  await docker('tag', images.busybox, tag)
  try {
    await using app = await runContainer([tag])
    await app.printed('serves')
    await docker('tag', await imageWith(images.busybox, ['ENV VERSION=2']), tag)
    await using project = dockerProject({ name: app.name })
    const { id, container } = await project.start('sh', '-c', 'echo "v$VERSION"; sleep 1000')
    expect(await docker('inspect', '--format', '{{.Image}}', container)).toBe(await idOf(images.busybox))
    expect((await project.last()).parity).toMatchObject({ verdict: 'same' })
    await purser(project.folder, ['cancel', id])
  } finally {
    await docker('rmi', tag)
  }
})

describe('a candidate', () => {
  const network = 'purser-test-candidate'
  const folder = temporaryFolder()
  let app: Container
  let project: DockerProject
  let candidate: string
  beforeAll(async () => {
    const data = path.join(folder.folder, 'data')
    mkdirSync(data)
    await docker('network', 'create', network)
    const serving = await imageWith(images.entrypoint, ['ENV VERSION=1', 'ENV OLD=1'])
    candidate = await imageWith(images.busybox, [
      ...['ENV VERSION=2', 'ENV NEW=1', 'WORKDIR /tmp', 'USER app'],
      ...['ENTRYPOINT ["env", "BY_ENTRYPOINT=candidate"]'],
    ])
    app = await runContainer([
      ...[
        '--network',
        network,
        '--env',
        'COLOUR=teal',
        '--memory',
        '64m',
        '--volume',
        `${data}:/data:ro`,
        serving,
      ],
    ])
    await app.printed('serves')
    project = dockerProject({ name: app.name })
  })
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await app[Symbol.asyncDispose]()
    await docker('network', 'rm', network)
    folder[Symbol.dispose]()
  })

  it('brings its image with all of its defaults; everything else is the app’s', async () => {
    const script =
      'echo "$VERSION,$NEW,$OLD,$COLOUR,$BY_ENTRYPOINT"; pwd; id -un; touch /data/x 2>&1 | grep -o Read-only'
    const meant = ['--differs', 'variables:BY_ENTRYPOINT=the new entrypoint sets it']
    const { code, stdout, stderr } = await project.run('--candidate', candidate, ...meant, ...shell(script))
    expect([code, stdout, stderr]).toEqual([
      0,
      '2,1,,teal,candidate\n/tmp\napp\nRead-only\n',
      expect.any(String),
    ])
    const { release, notices, parity } = await purserJson<{
      release: string
      notices: string[]
      parity: { verdict: string }
    }>(project.folder, ['show', 'last'])
    expect(release).toBe(await idOf(candidate))
    expect(notices).toEqual([expect.stringMatching(/^The image is the candidate sha256:/)])
    expect(parity.verdict).toBe('differs') // in its user, which it brings too
  })

  it('is in the app’s network, and under its limits', async () => {
    const { id, container } = await project.start('sleep', '1000')
    const twin = JSON.parse(await docker('inspect', '--format', '{{json .}}', container))
    expect(Object.keys(twin.NetworkSettings.Networks)).toEqual([network])
    expect(twin.HostConfig.Memory).toBe(67_108_864)
    await purser(project.folder, ['cancel', id])
  })

  it('that is not on the engine is told as such', async () => {
    const { code, stderr } = await project.run('--candidate', 'shop:2', '--', 'true')
    expect([code, stderr]).toEqual([
      80,
      expect.stringContaining('The candidate image "shop:2" is not on the engine'),
    ])
  })
})
