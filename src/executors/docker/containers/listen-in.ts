import { once } from 'node:events'
import { closeSync, openSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'

/** Listens at a Unix socket in a folder. Its path is short wherever that is: the kernel takes 107 bytes (unix(7)). */
export async function listenIn(
  folder: string,
  name: string,
  accept: (socket: Socket) => void,
): Promise<Server> {
  rmSync(path.join(folder, name), { force: true })
  const opened = openSync(folder, 'r')
  const server = createServer(accept)
  // its socket is removed by the same path
  server.once('close', () => closeSync(opened))
  server.listen(`/proc/self/fd/${opened}/${name}`)
  await once(server, 'listening')
  return server
}
