import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Address } from '../addresses.ts'

/** A way for programs of this machine to a server that only the app's own place can reach. */
export async function openTunnel(
  dial: (host: string, port: number) => Promise<Duplex>,
  { host, port }: Address,
): Promise<Address & AsyncDisposable> {
  const open = new Set<Duplex>()
  const server = createServer(async (near) => {
    open.add(near)
    near.once('close', () => open.delete(near))
    try {
      const far = await dial(host, port)
      open.add(far)
      far.once('close', () => open.delete(far))
      await Promise.all([pipeline(near, far), pipeline(far, near)])
    } catch {
      near.destroy() // the program says that its connection was cut
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
