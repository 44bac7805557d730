import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { purser } from '../../support/cli.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker } from '../../support/docker/docker.ts'
import { type DockerProject, dockerProject } from '../../support/docker/docker-project.ts'
import { images } from '../../support/docker/image-names.ts'

const name = 'purser-requests-web-1'
const network = 'purser-requests'
/** All that leads to the app: its container's name, its service's, an alias, its host name. */
const names = [name, 'web', 'shop', 'web-host']

let apps: Container[]
let client: Container
let project: DockerProject
let run: { readonly id: string; readonly container: string }

beforeAll(async () => {
  await docker('network', 'create', network)
  apps = await Promise.all(
    [name, 'purser-requests-web-2'].map((replica) =>
      runContainer([
        ...['--name', replica, '--hostname', 'web-host', '--network', network],
        ...['--network-alias', 'web', '--network-alias', 'shop', '--env', 'COLOUR=app'],
        ...['--env', 'VIRTUAL_HOST=shop.example', '--env', 'VIRTUAL_PORT=3000'],
        ...['--label', 'com.docker.compose.project=requests', '--label', 'com.docker.compose.service=web'],
        ...[
          '--label',
          'traefik.enable=true',
          '--label',
          'traefik.http.routers.shop.rule=Host(`shop.example`)',
        ],
        ...['--label', 'caddy_0=shop.example', '--label', 'service=shop', '--label', 'role=web'],
        images.node,
      ]),
    ),
  )
  for (const app of apps) await app.printed('serves')
  client = await runContainer(['--network', network, images.node, 'sleep', '1000'])
  project = dockerProject({ service: 'web', project: 'requests' })
  // It serves as the app does, on the same port, and says that it is not the app.
  run = await project.start('sh', '-c', 'COLOUR=twin exec node server.js')
})

afterAll(async () => {
  await purser(project.folder, ['cancel', run.id])
  await project[Symbol.asyncDispose]()
  for (const container of [client, ...apps]) await container[Symbol.asyncDispose]()
  await docker('network', 'rm', network)
})

/** Asks each address that a name leads to who it is, again and again for some seconds; prints each answer once. */
const asking = `
import { lookup, resolve4 } from 'node:dns/promises'
const [names, seconds] = JSON.parse(process.argv.at(-1))
const ask = (address) => fetch('http://' + address + ':3000/').then((answer) => answer.json(), (error) => ({ COLOUR: error.cause.code }))
const seen = {}
for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
  for (const name of names) {
    const found = await Promise.all([lookup(name, { all: true }), resolve4(name)]).catch(() => [[], []])
    const addresses = [...found[0].map(({ address }) => address), ...found[1]]
    for (const { COLOUR } of await Promise.all(addresses.map(ask))) (seen[name] ??= new Set()).add(COLOUR)
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(seen).map(([name, answers]) => [name, [...answers]]))))
`
async function ask(asked: readonly string[], seconds: number): Promise<Record<string, string[]>> {
  const script = ['node', '--input-type=module', '--eval', asking]
  return JSON.parse(await client.exec(...script, '--', JSON.stringify([asked, seconds])))
}

it('a twin that listens where the app does gets none of the requests that are meant for the app', async () => {
  const itself = () => ask([run.container], 0.1)
  await vi.waitFor(async () => expect(await itself()).toEqual({ [run.container]: ['twin'] }), 20_000)
  const answers = await ask(names, 4)
  expect(answers).toEqual(Object.fromEntries(names.map((name) => [name, ['app']])))
  // it was there all the time, for whoever means it
  expect(await itself()).toEqual({ [run.container]: ['twin'] })
})

interface Seen {
  readonly Name: string
  readonly Config: { readonly Labels: Record<string, string> | null; readonly Env: readonly string[] | null }
}

/** Programs that find the app by what its containers are labelled with, each as it does so. */
const finders: readonly (readonly [
  name: string,
  finds: (labels: Record<string, string>, env: ReadonlyMap<string, string>) => boolean,
])[] = [
  ['Traefik', (labels) => labels['traefik.enable'] === 'true'],
  ['Traefik, where it takes all', (labels) => (labels['traefik.enable'] ?? 'true') === 'true'],
  [
    'a router of Traefik’s',
    (labels) =>
      Object.entries(labels).some(
        ([key, value]) => /^traefik\.http\.routers\..*\.rule$/.test(key) && value !== '',
      ),
  ],
  ['nginx-proxy', (_labels, env) => (env.get('VIRTUAL_HOST') ?? '') !== ''],
  ['caddy-docker-proxy', (labels) => Object.keys(labels).some((key) => /^caddy(?:_\d+)?(?:\.|$)/.test(key))],
  ['Compose', (labels) => labels['com.docker.compose.service'] === 'web'],
  ['Kamal', (labels) => labels.service === 'shop' && labels.role === 'web'],
]

describe('a proxy that reads labels and variables does not find a twin', () => {
  it.each(finders)('%s', async (_name, finds) => {
    const ids = await docker('ps', '--quiet', '--no-trunc', '--filter', `network=${network}`)
    const all: Seen[] = JSON.parse(await docker('inspect', ...ids.split('\n')))
    expect(all.map(({ Name }) => Name)).toContain(`/${run.container}`)
    const found = all.filter(({ Config: { Labels, Env } }) =>
      finds(
        Labels ?? {},
        new Map((Env ?? []).map((pair) => [pair.split('=', 1)[0] ?? '', pair.replace(/^[^=]*=?/, '')])),
      ),
    )
    const others = [`/${client.name}`]
    const backends = found.map(({ Name }) => Name).filter((found) => !others.includes(found))
    expect(backends.sort()).toEqual(apps.map((app) => `/${app.name}`))
  })
})
