import { cancelRequest } from '../protocol/codes.ts'
import { int32, packet } from '../protocol/write.ts'
import type { Address, Target } from '../target/target.ts'
import { reach } from './reach.ts'

const withinMs = 5_000

/**
 * Asks the server to cancel what a session does. Resolves once the server has passed it on to the session's process: it
 * closes the connection then. Whether there was something to cancel nobody says. Throws where the server is not reached.
 */
export async function cancel(target: Target, address: Address, key: Buffer): Promise<void> {
  const { socket } = await reach(target, AbortSignal.timeout(withinMs), address)
  const late = setTimeout(() => socket.destroy(), withinMs)
  socket.resume()
  socket.once('end', () => socket.end())
  socket.write(packet(int32(cancelRequest), key))
  // by force even: not every server closes it in order
  await new Promise((resolve) => socket.once('close', resolve))
  clearTimeout(late)
}
