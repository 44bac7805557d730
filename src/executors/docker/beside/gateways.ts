import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { type Gateway, startGateway } from './gateway.ts'

interface Shared {
  readonly gateway: Promise<Gateway>
  users: number
}

const shared = new Map<string, Shared>()

/** A gateway that several connections may have in common; it is removed when the last of them has left it. */
export async function enterGateway(
  engine: Engine,
  app: ContainerInspect,
  helper: HelperImage,
  host: string,
): Promise<{ readonly id: string; leave(): Promise<void> }> {
  const isOwn = isLoopback(host)
  const key = `${app.Id} ${isOwn}`
  const one = shared.get(key) ?? { gateway: startGateway(engine, app, helper, isOwn), users: 0 }
  shared.set(key, one)
  one.users += 1
  const leave = async () => {
    one.users -= 1
    if (one.users > 0) return
    if (shared.get(key) === one) shared.delete(key)
    await (await one.gateway).remove()
  }
  try {
    return { id: (await one.gateway).id, leave }
  } catch (error) {
    if (shared.get(key) === one) shared.delete(key)
    throw error
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
