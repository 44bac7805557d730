import type { Place } from '../../../supervision/apart/wire-place.ts'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { hear } from '../containers/hear.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { type HelperImage, helperLabels } from '../labels.ts'
import { inspectContainer } from '../release/docker-release.ts'
import { twinNetworks } from '../twin/networks.ts'
import type { RelayOrder, RelayTold } from './orders.ts'
import { relayBody } from './relay-body.ts'

const deadlineMs = 20_000
const loopback = '127.0.0.1'

interface RelayOptions {
  readonly app: ContainerInspect
  readonly helper: HelperImage
  /** A folder of this machine, where this process listens. */
  readonly folder: string
  /** Resolves once the relay listens too. */
  readonly told: Promise<RelayTold>
}

/** A container in the twins' network that passes on what comes to it. */
export interface Relay extends AsyncDisposable {
  /** Where it is reached from that network. */
  readonly at: Place
}

/** Starts one. Throws where it does not come up: the engine is elsewhere, the helper has no busybox. */
export async function startRelay(
  engine: Engine,
  { app, helper, folder, told }: RelayOptions,
): Promise<Relay> {
  const { name, labels } = helperLabels(helper)
  // one network is enough, and the fewer can reach it
  const networks = twinNetworks(app).slice(0, 1)
  const body = relayBody({ image: helper.image, labels, app, networks })
  const id = await createContainer(engine, { name, body, networks: [] })
  const remove = () => removeContainer(engine, id)
  try {
    const connection = await attachTo(engine, id)
    await startContainer(engine, id)
    const isShared = sharesNamespace(app)
    const order: RelayOrder = { folder, host: isShared ? loopback : '0.0.0.0' }
    connection.write(`${JSON.stringify(order)}\n`)
    const { ended } = hear(connection, 'what leads to the wire')
    const { port } = await Promise.race([told, ended, late()])
    return {
      at: { host: isShared ? loopback : await addressOf(engine, id), port },
      [Symbol.asyncDispose]: remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Whether twins are in a namespace of networks that is there already: the machine's, or another container's. */
function sharesNamespace({ HostConfig: { NetworkMode = '' } }: ContainerInspect): boolean {
  return NetworkMode === 'host' || NetworkMode.startsWith('container:')
}

async function addressOf(engine: Engine, id: string): Promise<string> {
  const container = await inspectContainer(engine, id)
  const [endpoint] = Object.values(container?.NetworkSettings.Networks ?? {})
  if (!endpoint?.IPAddress) throw new Error('what leads to the wire has no IPv4 address in its network')
  return endpoint.IPAddress
}

function late(): Promise<never> {
  return new Promise((_, reject) => {
    const tooLate = () => reject(new Error(`what leads to the wire was not ready in ${deadlineMs / 1_000} s`))
    setTimeout(tooLate, deadlineMs).unref()
  })
}
