import { createHash, randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demultiplex, type OutputChunk } from '../../../src/executors/docker/engine/demux.ts'
import type { Engine, Query } from '../../../src/executors/docker/engine/engine.ts'
import type { EngineError } from '../../../src/executors/docker/engine/errors.ts'
import { openEngine } from '../../../src/executors/docker/engine/open-engine.ts'
import { enginePath } from '../../../src/executors/docker/engine/path.ts'
import { readFirstFile, writeTar } from '../../../src/executors/docker/engine/tar.ts'
import type {
  ContainerConfig,
  ContainerInspect,
  ContainerListed,
  EngineInfo,
  ImageInspect,
} from '../../../src/executors/docker/engine/types.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'
import { overSsh, overTcp, overTls, overUnix, type Way } from './engine-ways.ts'

const piped = { AttachStdin: true, AttachStdout: true, AttachStderr: true, OpenStdin: true, StdinOnce: true }
const attached = { stream: true, stdin: true, stdout: true, stderr: true }

/** A container that goes with the test. */
async function create(engine: Engine, script: string, config: ContainerConfig = {}) {
  const name = `purser-test-engine-${randomBytes(4).toString('hex')}`
  const body = { Image: images.helper, Cmd: ['sh', '-c', script], ...config }
  const { Id: id } = await engine.post<{ Id: string }>('/containers/create', { query: { name }, body })
  return {
    id,
    name,
    start: () => engine.post<undefined>(enginePath`/containers/${id}/start`, {}),
    [Symbol.asyncDispose]: () => docker('rm', '--force', '--volumes', id).then(() => undefined),
  }
}

async function printed(output: AsyncIterable<OutputChunk>): Promise<Record<string, string>> {
  const seen = { stdout: '', stderr: '' }
  for await (const { stream, bytes } of output) seen[stream] += Buffer.from(bytes).toString('latin1')
  return seen
}

const hash = (latin1: string) => createHash('sha256').update(latin1, 'latin1').digest('hex')

describe.each<[string, () => Promise<Way>]>([
  ['a socket', overUnix],
  ['tcp', overTcp],
  ['tcp with TLS', overTls],
  ['ssh', () => overSsh()],
])('over %s', (_, open) => {
  let way: Way
  let engine: Engine
  beforeAll(async () => {
    way = await open()
    engine = await openEngine({ host: way.host }, way.variables)
  })
  afterAll(async () => {
    engine[Symbol.dispose]()
    await way[Symbol.asyncDispose]()
  })

  it('it is the engine that `docker` talks to', async () => {
    const { ID } = await engine.get<EngineInfo>('/info')
    expect(ID).toBe(await docker('info', '--format', '{{.ID}}'))
    expect(engine.where).toBe(way.host)
  })

  it('one request after the other goes over one connection', async () => {
    const before = way.connections()
    await engine.apiVersion()
    for (let asked = 0; asked < 5; asked += 1) await engine.get('/containers/json')
    expect(way.connections()).toBeLessThanOrEqual(before + 1)
  })

  it('an attached container gets its stdin to the end, and all comes back', async () => {
    await using container = await create(engine, 'cat; echo bye >&2; exit 3', piped)
    const connection = await engine.hijack(enginePath`/containers/${container.id}/attach`, {
      query: attached,
    })
    const ended = await engine.stream(enginePath`/containers/${container.id}/wait`, {
      method: 'POST',
      query: { condition: 'next-exit' },
    })
    await container.start()
    const input = randomBytes(3_000_000)
    connection.end(input)
    const { stdout = '', stderr } = await printed(demultiplex(connection))
    expect([stdout.length, hash(stdout), stderr]).toEqual([
      input.length,
      hash(input.toString('latin1')),
      'bye\n',
    ])
    expect(JSON.parse(await text(ended))).toMatchObject({ StatusCode: 3 })
  })

  it('a command runs beside, with an input that ends', async () => {
    await using container = await create(engine, 'sleep 1000')
    await container.start()
    const { Id } = await engine.post<{ Id: string }>(enginePath`/containers/${container.id}/exec`, {
      body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: ['sh', '-c', 'wc -c; exit 4'] },
    })
    const connection = await engine.hijack(enginePath`/exec/${Id}/start`, {
      body: { Detach: false, Tty: false },
    })
    connection.end('four')
    expect(await printed(demultiplex(connection))).toEqual({ stdout: '4\n', stderr: '' })
    expect(await engine.get(enginePath`/exec/${Id}/json`)).toMatchObject({ Running: false, ExitCode: 4 })
  })

  it('output is followed while it comes', async () => {
    await using container = await create(engine, 'echo first; read line; echo "then $line"', piped)
    const connection = await engine.hijack(enginePath`/containers/${container.id}/attach`, {
      query: { stream: true, stdin: true },
    })
    await container.start()
    const query: Query = { follow: true, stdout: true, stderr: true }
    const output = demultiplex(await engine.stream(enginePath`/containers/${container.id}/logs`, { query }))
    expect((await output.next()).value).toEqual({ stream: 'stdout', bytes: Buffer.from('first\n') })
    connection.end('more\n')
    expect(await printed(output)).toEqual({ stdout: 'then more\n', stderr: '' })
  })

  it('a connection that breaks is no end of an output', async () => {
    await using container = await create(engine, 'echo first; sleep 1000')
    await container.start()
    const query: Query = { follow: true, stdout: true }
    const output = demultiplex(await engine.stream(enginePath`/containers/${container.id}/logs`, { query }))
    await output.next()
    const ended = await engine.stream(enginePath`/containers/${container.id}/wait`, { method: 'POST' })
    way.cut()
    const broken = {
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('has answered before and does not now: the connection was closed'),
    }
    await expect(output.next()).rejects.toMatchObject(broken)
    await expect(text(ended)).rejects.toMatchObject(broken)
    expect(await engine.get('/containers/json')).toBeInstanceOf(Array)
  })
})

describe('an engine', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine({ host: dockerHost() }, {})
  })
  afterAll(() => engine[Symbol.dispose]())

  it('speaks a version that both know', async () => {
    const theirs = await docker('version', '--format', '{{.Server.APIVersion}}')
    const minors = [theirs, '1.47'].map((version) => Number(version.split('.')[1]))
    expect(await engine.apiVersion()).toBe(`1.${Math.min(...minors)}`)
  })

  it('tells of containers and images', async () => {
    await using container = await create(engine, 'true', { Labels: { team: 'shop' } })
    const inspected = await engine.get<ContainerInspect>(enginePath`/containers/${container.name}/json`)
    expect(inspected).toMatchObject({
      Id: container.id,
      Name: `/${container.name}`,
      State: { Status: 'created', Running: false, Pid: 0 },
      Config: { Image: images.helper, Labels: { team: 'shop' } },
    })
    const query = { all: true, filters: { name: [container.name], label: ['team=shop'] } }
    const listed = await engine.get<readonly ContainerListed[]>('/containers/json', query)
    expect(listed.map(({ Id }) => Id)).toEqual([container.id])
    const image = await engine.get<ImageInspect>(enginePath`/images/${images.helper}/json`)
    expect(inspected.Image).toBe(image.Id)
  })

  it('removes', async () => {
    const { Id } = await engine.post<{ Id: string }>('/containers/create', { body: { Image: images.helper } })
    await engine.remove(enginePath`/containers/${Id}`, { force: true, v: true })
    await expect(engine.remove(enginePath`/containers/${Id}`)).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      status: 404,
      message: expect.stringMatching(`DELETE /containers/${Id} with 404: No such container: ${Id}\\.$`),
    })
  })

  it('refuses what is in the way, and not what is done already', async () => {
    await using container = await create(engine, 'sleep 1000')
    await container.start()
    expect(await container.start()).toBeUndefined()
    const again = {
      query: { name: container.name },
      body: { Image: images.helper, Env: ['PASSWORD=secret'] },
    }
    const refused: EngineError = await engine.post<never>('/containers/create', again).catch((error) => error)
    expect(refused).toMatchObject({ status: 409, message: expect.stringContaining('is already in use') })
    expect(JSON.stringify([refused.message, refused.remedy, refused.stack])).not.toContain('secret')
  })

  it('gives and takes files', async () => {
    await using from = await create(engine, 'true')
    await using to = await create(engine, 'true')
    const query = { path: '/bin/busybox' }
    const stat = await engine.head(enginePath`/containers/${from.id}/archive`, query)
    expect(Buffer.from(String(stat?.['x-docker-container-path-stat']), 'base64').toString()).toContain(
      'busybox',
    )
    expect(
      await engine.head(enginePath`/containers/${from.id}/archive`, { path: '/nowhere' }),
    ).toBeUndefined()

    const archive = await engine.stream(enginePath`/containers/${from.id}/archive`, { query })
    const shell = await readFirstFile(archive)
    expect(shell).toMatchObject({ path: 'busybox', mode: 0o755 })
    const body = writeTar({ path: 'own', mode: 0o555, bytes: shell?.bytes ?? Buffer.alloc(0) })
    const request = { query: { path: '/tmp' }, body, type: 'application/x-tar' }
    await engine.put(enginePath`/containers/${to.id}/archive`, request)
    const there = await engine.stream(enginePath`/containers/${to.id}/archive`, {
      query: { path: '/tmp/own' },
    })
    expect(await readFirstFile(there)).toEqual({ ...shell, path: 'own', mode: 0o555 })
  })

  it('is not waited for once the caller has enough, or its time is up', async () => {
    await using container = await create(engine, 'trap "" TERM; echo up; while true; do sleep 1; done')
    await container.start()
    const stop = new AbortController()
    const query: Query = { follow: true, stdout: true }
    const logs = await engine.stream(enginePath`/containers/${container.id}/logs`, {
      query,
      signal: stop.signal,
    })
    const output = demultiplex(logs)
    await output.next()
    const enough = new Error('enough')
    stop.abort(enough)
    await expect(output.next()).rejects.toBe(enough)
    await expect(engine.get('/info', {}, { signal: stop.signal })).rejects.toBe(enough)
    const slow = engine.post(enginePath`/containers/${container.id}/stop`, { query: { t: 5 }, withinMs: 300 })
    await expect(slow).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining(
        `POST /containers/${container.id}/stop had no whole answer within 0.3 s`,
      ),
    })
  })

  it('hands over no connection where it refuses', async () => {
    const attaching = engine.hijack(enginePath`/containers/${'purser-test-nobody'}/attach`, {
      query: attached,
    })
    await expect(attaching).rejects.toMatchObject({ status: 404 })
  })
})
