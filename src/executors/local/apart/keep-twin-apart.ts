import { connect } from 'node:net'
import { passOn } from '../../../supervision/apart/pass-on.ts'
import type { Escaped } from '../../../supervision/apart/told.ts'
import type { Place } from '../../../supervision/apart/wire-place.ts'
import type { KeeperOrder } from './keeper/order.ts'
import { type Keeper, startKeeper } from './keeper.ts'

/** Keeps a twin apart: nothing is reached from there but the wire. Disposing of the keeper ends that too. */
export async function keepTwinApart(folder: string, wire: Place, escaped: Escaped): Promise<Keeper> {
  const order: KeeperOrder = { folder, port: wire.port, outside: process.pid }
  const keeper = await startKeeper(order, escaped)
  // The socket is of the twin's network and the accepting is ours: bytes take one step more than without.
  keeper.wire.on('connection', (inner) => passOn(inner, connect(wire)))
  return keeper
}
