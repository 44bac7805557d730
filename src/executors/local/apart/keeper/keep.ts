import { once } from 'node:events'
import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { InventedAddresses } from '../../../../supervision/apart/invented-addresses.ts'
import { Escapes } from '../../../../supervision/apart/keeper/escapes.ts'
import { layLures } from '../../../../supervision/apart/keeper/lures.ts'
import { NameService } from '../../../../supervision/apart/keeper/name-service.ts'
import { makeNetwork } from '../../../../supervision/apart/keeper/network.ts'
import { Watch } from '../../../../supervision/apart/keeper/watch.ts'
import type { Told } from '../../../../supervision/apart/told.ts'
import { HiddenSockets } from './hidden-sockets.ts'
import { mountMemory, mountOver } from './mount.ts'
import type { KeeperOrder } from './order.ts'

const resolverFile = '/etc/resolv.conf'
// No search list: a name is asked for, and told, as the twin has it.
const resolver = 'nameserver 127.0.0.1\noptions timeout:1\n'
const hideEveryMs = 250

/**
 * Makes the namespaces of networks and mounts that it has been started in into a place from which nothing is reached but a
 * wire, and keeps them until whoever started it is gone. It tells what the twin there tries to reach.
 */
export async function keepApart(order: KeeperOrder): Promise<void> {
  const gone = once(process, 'disconnect')
  await makeNetwork()
  await mountMemory(order.folder)
  process.chdir(order.folder) // the path of a Unix socket is short
  await hideNameServers()

  const invented = new InventedAddresses()
  const escapes = new Escapes(invented, (to) => tell({ kind: 'escape', to }))
  await new NameService(invented, escapes).listen()
  await layLures(order.outside, order.port, escapes)
  tell({ kind: 'wire' }, await listenForWire(order.port))
  const hidden = new HiddenSockets(order.outside, escapes)
  await hidden.hide()
  const watch = new Watch(escapes)
  const { broken } = watch.begin()
  process.on('message', async () => {
    await watch.settle()
    tell({ kind: 'looked' })
  })
  tell({ kind: 'ready' })
  await Promise.race([gone, broken, keepHiding(hidden)])
}

async function hideNameServers(): Promise<void> {
  if (!existsSync(resolverFile)) return // then 127.0.0.1 is asked
  writeFileSync('resolv.conf', resolver)
  await mountOver('resolv.conf', realpathSync(resolverFile))
}

async function listenForWire(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function keepHiding(hidden: HiddenSockets): Promise<never> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, hideEveryMs))
    await hidden.hide()
  }
}

function tell(told: Told, server?: Server): void {
  // Given away: of two that accept on one socket, either may get the next connection.
  process.send?.(told, server, undefined, () => server?.close())
}
