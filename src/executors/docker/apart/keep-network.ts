import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { InventedAddresses } from '../../../supervision/apart/invented-addresses.ts'
import { Escapes } from '../../../supervision/apart/keeper/escapes.ts'
import { layLures } from '../../../supervision/apart/keeper/lures.ts'
import { NameService } from '../../../supervision/apart/keeper/name-service.ts'
import { makeNetwork } from '../../../supervision/apart/keeper/network.ts'
import { Watch } from '../../../supervision/apart/keeper/watch.ts'
import { passOn } from '../../../supervision/apart/pass-on.ts'
import type { Told } from '../../../supervision/apart/told.ts'
import { controlSocket, type KeeperOrder, wireSocket } from './orders.ts'

/**
 * Makes the network of the container that this runs in into one from which nothing is reached but a wire, and keeps it
 * until the supervisor is gone. Both are reached through the machine's file system, which no network of a container holds.
 */
export async function keepNetwork({ folder, port, outside }: KeeperOrder): Promise<void> {
  process.chdir(folder) // the path of a Unix socket is short
  const control = connect(controlSocket)
  await once(control, 'connect')
  const gone = once(control, 'close')
  const tell = (told: Told) => void control.write(`${JSON.stringify(told)}\n`)

  await makeNetwork()
  const invented = new InventedAddresses()
  const escapes = new Escapes(invented, (to) => tell({ kind: 'escape', to }))
  await new NameService(invented, escapes).listen()
  await layLures(outside, port, escapes)
  await listenForWire(port)
  const watch = new Watch(escapes)
  const { broken } = watch.begin()
  createInterface({ input: control }).on('line', async () => {
    await watch.settle()
    tell({ kind: 'looked' })
  })
  tell({ kind: 'ready' })
  await Promise.race([gone, broken])
}

async function listenForWire(port: number): Promise<void> {
  const accept = (inner: Socket) => passOn(inner, connect(wireSocket))
  await once(createServer(accept).listen(port, '127.0.0.1'), 'listening')
}
