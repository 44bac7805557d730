import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser } from '../../../support/cli.ts'
import { type Container, runContainer } from '../../../support/docker/container.ts'
import { docker } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'
import { imageWith } from '../../../support/docker/images.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { type App, startApp } from './apps.ts'
import { ownName } from './differences/difference.ts'
import { type, typeParity } from './typed.ts'

// The faults of a well-known deploy tool's one-off command, as the list of kinds tells them at its end.

const temporary = temporaryFolder()
const state = path.join(temporary.folder, 'state')
const secret = path.join(temporary.folder, 'secret')
const tag = ownName('shop')
const uploads = ownName('uploads')
const team = `shop.team=${ownName('team')}`
const httpd = ['httpd', '-f', '-p', '3000', '-h', '/app/www']

const stated = {
  KAMAL_CONTAINER_NAME: 'shop-web-41',
  KAMAL_VERSION: '41',
  KAMAL_HOST: '192.0.2.1',
  KAMAL_DESTINATION: 'production',
  CURRENCY: 'EUR',
}

let app: App
let model: Container
let servingImage: string

beforeAll(async () => {
  mkdirSync(state)
  chmodSync(state, 0o777)
  writeFileSync(secret, 'correct-horse-battery')
  await docker('tag', images.entrypoint, tag)
  app = await startApp({
    replicas: 3,
    args: [
      ...Object.entries(stated).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...[
        '--hostname',
        'shop-web',
        '--label',
        team,
        '--label',
        'service=shop',
        '--label',
        'traefik.enable=true',
      ],
      ...['--volume', `${uploads}:/uploads`, '--volume', `${state}:/state`],
      ...['--volume', `${secret}:/run/secrets/app:ro`, tag, ...httpd],
    ],
  })
  const [first] = app.containers
  if (first === undefined) throw new TypeError('There is no container.')
  model = first
  const serves = 'until pidof httpd > /dev/null; do sleep 0.05; done'
  for (const container of app.containers) await container.exec('sh', '-c', serves)
  servingImage = (await model.inspect()).Image
  // By now the tag names what the next deploy will bring.
  await docker('tag', await imageWith(images.entrypoint, ['ENV KAMAL_VERSION=42', 'LABEL build=42']), tag)
})

afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await docker('volume', 'rm', '--force', uploads)
  await docker('rmi', tag)
  temporary[Symbol.dispose]()
})

/** The containers of runs of this app that are there. */
async function twins(): Promise<readonly string[]> {
  const found = await docker('ps', '--quiet', '--filter', 'label=purser.attempt', '--filter', `label=${team}`)
  return found.split('\n').filter(Boolean)
}

/** Runs lines of shell as a task; resolves to what they print. */
async function task(script: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = ['run', '--environment', 'test', '--', 'sh', '-c', script]
  const { code, stdout, stderr } = await purser(app.project.folder, args, { variables })
  if (code !== 0) throw new Error(`It exited with ${code}: ${stdout}${stderr}`)
  return stdout
}

describe('a run, while it is at work', () => {
  let run: string
  let twin: Awaited<ReturnType<Container['inspect']>>
  beforeAll(async () => {
    const { id, container } = await app.project.start('sleep', '1000')
    run = id
    twin = JSON.parse(await docker('inspect', '--format', '{{json .}}', container))
  })
  afterAll(() => purser(app.project.folder, ['cancel', run]))

  it('is of the version that serves, and not of what its tag names by now', async () => {
    expect(twin.Image).toBe(servingImage)
    expect(await docker('image', 'inspect', '--format', '{{.Id}}', tag)).not.toBe(servingImage)
  })

  it('has the variables that name the container, the version, the host and the destination', () => {
    for (const [name, value] of Object.entries(stated)) expect(twin.Config.Env).toContain(`${name}=${value}`)
  })

  it('has the host name', () => {
    expect(twin.Config.Hostname).toBe('shop-web')
  })

  it('has the volumes', async () => {
    const places = twin.Mounts.map(({ Type, Destination }) => `${Type} ${Destination}`)
    expect(places).toEqual(
      expect.arrayContaining(['volume /uploads', 'bind /state', 'bind /run/secrets/app']),
    )
  })

  it('has the labels, but for those by which others would take it for the app', () => {
    expect(twin.Config.Labels).toMatchObject(Object.fromEntries([team.split('=')]))
    expect(twin.Config.Labels).not.toHaveProperty('service')
    expect(twin.Config.Labels?.['traefik.enable']).not.toBe('true')
  })

  it('is one container, though three serve', async () => {
    expect(app.containers).toHaveLength(3)
    expect(await twins()).toHaveLength(1)
  })
})

describe('a task', () => {
  it('works once, though three containers serve', async () => {
    await task('echo migrated >> /state/migrations')
    expect(readFileSync(path.join(state, 'migrations'), 'utf8')).toBe('migrated\n')
  })

  it('has the variables of the app, and none of the operator', async () => {
    app.project.write('.env', 'CURRENCY=CHF\nOPERATOR=ada\n')
    const printed = await task('echo "$CURRENCY for $OPERATOR. $KAMAL_VERSION"', {
      CURRENCY: 'CHF',
      OPERATOR: 'ada',
      KAMAL_VERSION: '43',
    })
    expect(printed).toContain('EUR for . 41')
  })

  it('has its secrets of the same moment as its variables, or does not run', async () => {
    const compare = 'test "$SECRET_FROM_FILE" = "$(cat /run/secrets/app)" && echo of one moment'
    expect(await task(compare)).toContain('of one moment')
    writeFileSync(secret, 'rotated since')
    const { findings } = await typeParity(app.project)
    expect(findings.map(({ number }) => number)).toEqual([24])
    await expect(task('touch /state/after-rotation')).rejects.toThrow('It exited with 81')
    writeFileSync(secret, 'correct-horse-battery')
  })

  it('has all that the app has: nothing differs', async () => {
    expect(await typeParity(app.project)).toMatchObject({ verdict: 'same', findings: [], unobserved: [] })
  })
})

describe('while a deploy is under way', () => {
  const label = async () => {
    const { Config } = await model.inspect()
    return Object.entries(Config.Labels ?? {})
      .map((pair) => pair.join('='))
      .find((pair) => pair.startsWith('purser-parity.app='))
  }

  it('no run starts: a container that comes was made', async () => {
    const id = await docker('create', '--label', (await label()) ?? '', tag, ...httpd)
    try {
      const { code, stderr } = await type(app.project, 'run', '--', 'touch', '/state/during-deploy')
      expect([code, stderr]).toEqual([81, expect.stringContaining('DEPLOY_IN_PROGRESS')])
    } finally {
      await docker('rm', '--volumes', id)
    }
  })

  it('no run starts: two releases serve', async () => {
    await using next = await runContainer(['--label', (await label()) ?? '', tag, ...httpd])
    const { code, stderr } = await type(app.project, 'run', '--', 'touch', '/state/during-deploy')
    expect([code, stderr]).toEqual([81, expect.stringContaining('RELEASES_MIXED')])
    expect(stderr).toContain(next.name)
  })

  it('nothing ran', () => {
    for (const trace of ['during-deploy', 'after-rotation']) {
      expect(() => readFileSync(path.join(state, trace))).toThrow('ENOENT')
    }
  })
})
