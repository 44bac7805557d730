import { readFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { json } from 'node:stream/consumers'
import type { Stoppable } from '../../../supervision/stop-requests.ts'
import type { Engine } from '../engine/engine.ts'
import { hasStatus } from '../engine/errors.ts'
import { enginePath } from '../engine/path.ts'
import { writeTar } from '../engine/tar.ts'
import type { ContainerState } from '../engine/types.ts'
import { inspectContainer } from '../release/docker-release.ts'
import type { DockerOrder } from '../supervisor/order.ts'
import { helperFolder } from '../twin/shim.ts'
import { untilAnswered } from './patience.ts'

// As long as an engine that is about to be told may take: what is still there then is swept later.
const removalMs = 30_000

/** Makes a container, in all of its networks, not started. Returns its id. */
export async function createContainer(
  engine: Engine,
  { name, body, networks, busybox }: Pick<DockerOrder, 'name' | 'body' | 'networks' | 'busybox'>,
): Promise<string> {
  const { Id } = await engine.post<{ readonly Id: string }>('/containers/create', { query: { name }, body })
  for (const { id, settings } of networks) {
    await engine.post(enginePath`/networks/${id}/connect`, {
      body: { Container: Id, EndpointConfig: settings },
    })
  }
  if (busybox !== undefined) await putBusybox(engine, Id, busybox)
  return Id
}

async function putBusybox(engine: Engine, id: string, file: string): Promise<void> {
  const body = writeTar({ path: 'busybox', mode: 0o755, bytes: readFileSync(file) })
  await engine.put(enginePath`/containers/${id}/archive`, {
    query: { path: helperFolder },
    body,
    type: 'application/x-tar',
  })
}

/** Its three streams, before it starts, so that not a byte is missed. */
export function attachTo(engine: Engine, id: string): Promise<Duplex> {
  const query = { stream: true, stdin: true, stdout: true, stderr: true }
  return engine.hijack(enginePath`/containers/${id}/attach`, { query })
}

export async function startContainer(engine: Engine, id: string): Promise<void> {
  await engine.post(enginePath`/containers/${id}/start`, {})
}

/** Resolves when it does not run any more, or is gone, whatever becomes of the connection. */
export async function waitForExit(engine: Engine, id: string): Promise<void> {
  const query = { condition: 'not-running' }
  await untilAnswered(async () =>
    json(await engine.stream(enginePath`/containers/${id}/wait`, { method: 'POST', query })),
  )
}

/** `undefined` when it was removed. */
export async function stateOf(engine: Engine, id: string): Promise<ContainerState | undefined> {
  return (await inspectContainer(engine, id))?.State
}

/** `false` when it is gone, or does not run any more. */
export async function signalContainer(
  engine: Engine,
  id: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<boolean> {
  try {
    await engine.post(enginePath`/containers/${id}/kill`, { query: { signal } })
    return true
  } catch (error) {
    if (hasStatus(error, 404, 409)) return false
    throw error
  }
}

/** How it is asked to end, and made to: as soon as the engine can be told. */
export function stopOf(engine: Engine, id: string): Stoppable {
  const send = async (signal: 'SIGTERM' | 'SIGKILL') =>
    (await untilAnswered(() => signalContainer(engine, id, signal)).catch(() => false)) ?? false
  return { ask: () => send('SIGTERM'), kill: () => send('SIGKILL') }
}

/**
 * Removes it with its log and its anonymous volumes, and resolves when it is gone, or somebody else takes too long to
 * remove it. One that is gone is no error.
 */
export async function removeContainer(engine: Pick<Engine, 'remove' | 'stream'>, id: string): Promise<void> {
  try {
    await engine.remove(enginePath`/containers/${id}`, { v: true, force: true })
  } catch (error) {
    if (hasStatus(error, 404)) return
    if (!hasStatus(error, 409)) throw error
    await untilRemoved(engine, id)
  }
}

/** Somebody else removes it already: their word that it is gone is not ours to hear, so the engine is asked. */
async function untilRemoved(engine: Pick<Engine, 'stream'>, id: string): Promise<void> {
  const query = { condition: 'removed' }
  const signal = AbortSignal.timeout(removalMs)
  try {
    await json(await engine.stream(enginePath`/containers/${id}/wait`, { method: 'POST', query, signal }))
  } catch (error) {
    if (!hasStatus(error, 404) && !signal.aborted) throw error
  }
}
