import type { Duplex } from 'node:stream'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { helperBody } from '../containers/helper-body.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { type HelperImage, helperLabels } from '../labels.ts'
import { hostsOfLinks } from '../twin/hosts-of-links.ts'
import { twinNetworks } from '../twin/networks.ts'
import { besideApp } from './beside-app.ts'

/** A container of ours from which connections start that may last: none of their programs is in the app's container. */
export interface Gateway {
  readonly id: string
  remove(): Promise<void>
}

/**
 * Starts one that is in the app's networks as a twin is, so that it outlives the app; for an address of the app's own
 * loopback, in the app's namespace. It ends with this process.
 */
export async function startGateway(
  engine: Engine,
  app: ContainerInspect,
  helper: HelperImage,
  isOwn: boolean,
): Promise<Gateway> {
  const { name, labels } = helperLabels(helper)
  const [first, ...networks] = isOwn ? [] : twinNetworks(app)
  const { HostConfig, NetworkingConfig } = besideApp(app, first === undefined ? [] : [first])
  const body = helperBody({
    image: helper.image,
    labels,
    argv: ['/bin/busybox', 'cat'],
    HostConfig: {
      ...HostConfig,
      ...(isOwn ? { NetworkMode: `container:${app.Id}` } : await namesOf(engine, app)),
    },
    NetworkingConfig,
  })
  const id = await createContainer(engine, { name, networks, body })
  const remove = () => removeContainer(engine, id)
  try {
    const held: Duplex = await attachTo(engine, id)
    await startContainer(engine, id)
    held.on('error', () => {}).resume()
    return {
      id,
      remove: async () => {
        held.destroy()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** By what the app finds addresses; of a namespace that it shares this is another container's. */
async function namesOf(engine: Engine, { HostConfig }: ContainerInspect) {
  if (HostConfig.NetworkMode?.startsWith('container:')) return {}
  const { Dns, DnsOptions, DnsSearch, ExtraHosts } = HostConfig
  const hosts = await hostsOfLinks(engine, { HostConfig })
  return {
    Dns: Dns ?? [],
    DnsOptions: DnsOptions ?? [],
    DnsSearch: DnsSearch ?? [],
    ExtraHosts: [...(ExtraHosts ?? []), ...hosts],
  }
}
