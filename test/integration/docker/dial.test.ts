import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../../src/executors/docker/engine/engine.ts'
import { openEngine } from '../../../src/executors/docker/engine/open-engine.ts'
import { enginePath } from '../../../src/executors/docker/engine/path.ts'
import type { ContainerInspect } from '../../../src/executors/docker/engine/types.ts'
import type { HelperImage } from '../../../src/executors/docker/labels.ts'
import { dialFrom } from '../../../src/executors/docker/observe/dial.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'

let engine: Engine
let app: Container
beforeAll(async () => {
  engine = await openEngine({ host: dockerHost() }, process.env)
  app = await runContainer([images.helper, 'nc', '-ll', '-p', '5432', '-e', 'cat'])
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  engine[Symbol.dispose]()
})

const helper: HelperImage = { image: images.helper, place: 'purser-dial' }

async function dial(host: string, signal: AbortSignal, more: Partial<typeof starting> = {}) {
  const container = await engine.get<ContainerInspect>(enginePath`/containers/${app.id}/json`)
  return dialFrom(engine, { ...starting, container, ...more }, host, 5432, signal)
}

const starting = { hasShell: true, helper }

const tunnels = async () =>
  (await app.exec('ps', '-o', 'args')).split('\n').filter((args) => /^nc 127/.test(args))

it('leaves no program in the container once the connection is cut', async () => {
  const over = new AbortController()
  const socket = await dial('127.0.0.1', over.signal)
  const answer = new Promise((resolve) => socket.once('data', (bytes) => resolve(String(bytes))))
  socket.write('hello')
  expect(await answer).toBe('hello')
  expect(await tunnels()).toHaveLength(1)
  over.abort()
  await expect.poll(tunnels).toEqual([])
})

it('does not open what was called off', async () => {
  const socket = await dial('127.0.0.1', AbortSignal.abort()).catch(() => undefined)
  expect(socket?.destroyed ?? true).toBe(true)
  await expect.poll(tunnels).toEqual([])
})

it('says what to do about a socket’s folder, and about a helper that is not there', async () => {
  const { signal } = new AbortController()
  await expect(dial('/var/run/postgresql', signal)).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringContaining('a Unix socket in /var/run/postgresql'),
  })
  const absent = { hasShell: false, helper: { ...helper, image: 'purser-test/absent' } }
  await expect(dial('127.0.0.1', signal, absent)).rejects.toMatchObject({ code: 'HELPER_MISSING' })
})

it('goes through a container of its own where it is to last, which is gone after the last of them', async () => {
  const { signal } = new AbortController()
  const container = await engine.get<ContainerInspect>(enginePath`/containers/${app.id}/json`)
  const { IPAddress = '' } = Object.values(container.NetworkSettings.Networks)[0] ?? {}
  const lasting = () => dialFrom(engine, { ...starting, container }, IPAddress, 5432, signal, 'lasting')
  const gateways = () => docker('ps', '--all', '--quiet', '--filter', `label=purser.place=${helper.place}`)
  const [first, unread] = await Promise.all([lasting(), lasting()])
  const answer = new Promise((resolve) => first.once('data', (bytes) => resolve(String(bytes))))
  first.write('hello')
  expect(await answer).toBe('hello')
  expect((await gateways()).trim().split('\n')).toHaveLength(1)
  first.destroy()
  unread.end() // the other side ends it, and nobody reads that
  await expect.poll(gateways).toBe('')
})
