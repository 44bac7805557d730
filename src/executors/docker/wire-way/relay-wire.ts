import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { passOn } from '../../../supervision/apart/pass-on.ts'
import { controlSocket, type RelayOrder, type RelayTold, wireSocket } from './orders.ts'

/**
 * Passes every connection that comes to this container on to the `purser` that has a wire, until that is gone. It is reached
 * through the machine's file system, which no network of a container holds.
 */
export async function relayWire({ folder, host }: RelayOrder): Promise<void> {
  process.chdir(folder) // the path of a Unix socket is short
  const control = connect(controlSocket)
  await once(control, 'connect')
  const gone = once(control, 'close')
  const server = createServer((inner) => passOn(inner, connect(wireSocket))).listen(0, host)
  await once(server, 'listening')
  const told: RelayTold = { port: (server.address() as AddressInfo).port }
  control.write(`${JSON.stringify(told)}\n`)
  await gone
}
