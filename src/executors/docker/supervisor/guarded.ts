import type { Recorder } from '../../../supervision/recorder.ts'
import { apartTwin, sharedMounts } from '../apart/apart-twin.ts'
import type { Guard } from '../apart/guard.ts'
import { guardOf } from '../apart/orders.ts'
import type { Engine } from '../engine/engine.ts'
import { labels } from '../labels.ts'
import type { DockerOrder } from './order.ts'

interface Guarding {
  readonly engine: Engine
  readonly order: DockerOrder
  readonly recorder: Recorder
}

/** The guard of a twin that is to be kept apart, started; nothing for another. */
export async function guarded({ engine, order, recorder }: Guarding): Promise<Guard | undefined> {
  const { apart, attempt, body, folder, name } = order
  if (apart === undefined) return undefined
  const { startGuard } = await import('../apart/guard.ts')
  const { image, place } = apart.helper
  const options = {
    name: guardOf(name),
    image,
    labels: { [labels.attempt]: attempt, [labels.place]: place },
    ...(body.Hostname === undefined ? {} : { hostname: body.Hostname }),
    folder,
    wire: apart.wire,
    outside: apart.outside,
    mounts: sharedMounts(body),
  }
  const guard = await startGuard(engine, options, (to) => recorder.escape(to))
  const left = sharedMounts(body).filter((_, at) => guard.withSockets.has(at))
  for (const { Target } of left) {
    await recorder.notice(`It does not have ${Target} of the app: there are Unix sockets of others in it.`)
  }
  return guard
}

/** What is made in place of what was ordered. */
export function keptBy(guard: Guard, order: DockerOrder): DockerOrder {
  return { ...order, body: apartTwin(order.body, guard.id, guard.withSockets), networks: [] }
}
