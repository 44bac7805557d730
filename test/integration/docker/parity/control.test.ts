import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runContainer } from '../../../support/docker/container.ts'
import { docker } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { type AppDescription, startApp } from './apps.ts'
import { ownName } from './differences/difference.ts'
import { typeParity } from './typed.ts'

// A twin takes about a second: the apps that are built most differently are compared twenty times, the others five times
// unless PURSER_CONTROL=full.
const often = 20
const seldom = process.env.PURSER_CONTROL === 'full' ? often : 5

const temporary = temporaryFolder()
const secret = path.join(temporary.folder, 'secret')
const uploads = path.join(temporary.folder, 'uploads')
const lock = path.join(temporary.folder, 'package-lock.json')
const volume = ownName('orders')
const beside = ownName('beside')
writeFileSync(secret, 'correct-horse-battery')
writeFileSync(lock, '{"lockfileVersion":3}')
mkdirSync(uploads)
beforeAll(() => runContainer(['--name', beside, images.helper, 'sleep', '1000']))
afterAll(async () => {
  await docker('rm', '--force', '--volumes', beside)
  temporary[Symbol.dispose]()
  await docker('volume', 'rm', '--force', volume)
})

const httpd = ['httpd', '-f', '-p', '3000', '-h', '/app/www']
const mountedSecret = ['--volume', `${secret}:/run/secrets/app:ro`]

type Apps = Readonly<Record<string, AppDescription>>

const differently: Apps = {
  'on Node': { args: ['--env', 'NODE_ENV=production', '--memory', '256m', images.node] },
  'on BusyBox, started by a script': { args: [images.busybox] },
  'of a user that is not root': { args: ['--user', '1000:1000', '--group-add', '2000', images.node] },
  'with a read-only root': {
    args: ['--read-only', '--tmpfs', '/tmp:size=8m', '--cap-drop', 'ALL', images.busybox, ...httpd],
  },
  'with volumes and two networks': {
    args: [
      ...['--volume', `${volume}:/orders`, '--volume', `${uploads}:/uploads:ro`, '--volume', '/cache'],
      ...['--hostname', 'shop', '--dns-search', 'shop.example', images.node],
    ],
    networks: [ownName('front'), ownName('back')],
  },
  'of three replicas': {
    args: (replica) => ['--env', `INSTANCE=${replica}`, '--cpus', '0.5', images.node],
    replicas: 3,
  },
}

const others: Apps = {
  'on Node, started by a shell': { args: [images.node, 'sh', '-c', 'node server.js'] },
  'whose entrypoint becomes the command': { args: [...mountedSecret, images.entrypoint, ...httpd] },
  'whose entrypoint stays': { args: [...mountedSecret, images.entrypointFork, ...httpd] },
  'with an init': { args: ['--init', '--ulimit', 'nofile=2000:3000', '--shm-size', '1m', images.node] },
  'in the machine’s process namespace, without a network': {
    args: ['--network', 'none', '--pid', 'host', images.busybox, ...httpd],
  },
  'that works in another folder than it began in': {
    args: ['--volume', `${lock}:/app/package-lock.json:ro`, images.busybox, ...httpd],
  },
  'whose entrypoint starts a script': { args: [...mountedSecret, images.entrypoint] },
  'whose entrypoint stays, and starts a script': { args: [...mountedSecret, images.entrypointFork] },
  'in the network of another container': { args: ['--network', `container:${beside}`, images.node] },
  'without a shell': { args: [images.bare] },
  'without a shell, in the machine’s process namespace': { args: ['--pid', 'host', images.bare] },
  'in the process namespace of another container': {
    args: ['--pid', `container:${beside}`, images.busybox, ...httpd],
  },
  'on a terminal': { args: ['--tty', images.node] },
  'with a link': { args: ['--link', `${beside}:old-db`, images.entrypoint, ...httpd] },
}

describe.each([
  [often, differently],
  [seldom, others],
])('twins of an app, %i times', (times, apps) => {
  it.concurrent.each(Object.entries(apps))(
    '%s show no difference',
    async (_what, description) => {
      await using app = await startApp(description)
      for (let time = 1; time <= times; time += 1) {
        const report = await typeParity(app.project)
        expect(report).toMatchObject({ verdict: 'same', findings: [], unobserved: [], refusals: [] })
        expect(report.compared).toBeGreaterThan(90)
      }
    },
    600_000,
  )
})
