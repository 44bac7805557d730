import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { terminate } from './protocol/codes.ts'

export interface Ends {
  readonly client: Socket
  readonly server: Duplex
  /** What came from either before it was let through. */
  readonly fromClient: Buffer
  readonly fromServer: Buffer
}

/** Carries to and fro. What it gives back resolves once all that the client has said so far is on its way. */
export type Carry = (ends: Ends) => () => Promise<void>

/**
 * Lets a session through until both sides are closed, and carries their ends over. `vanished` is called when the client
 * goes away without a word: it was killed, and what the server does for it is for nobody.
 */
export async function relay(ends: Ends, carry: Carry, vanished: () => void): Promise<void> {
  const { client, server } = ends
  const goodbye = new Goodbye()
  goodbye.see(ends.fromClient)
  client.on('data', (bytes: Buffer) => goodbye.see(bytes))
  const isSaid = carry(ends)
  let hasVanished = false
  const vanish = () => {
    if (!hasVanished && !server.readableEnded) vanished()
    hasVanished = true
  }
  onEnd(client, async () => {
    if (goodbye.wasSaid) await isSaid()
    else vanish()
    server.end()
  })
  onEnd(server, () => client.end())
  client.once('close', () => {
    if (!client.readableEnded) {
      vanish()
      server.end()
    }
    // Nobody is there any more to read what it says.
    server.removeAllListeners('data').resume()
  })
  server.once('close', () => client.destroySoon())
  for (const socket of [client, server]) {
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  }
}

/** Changes not one byte, and takes no more than the other side does. */
export const carryBytes: Carry = ({ client, server, fromClient, fromServer }) => {
  pass(client, server, fromClient)
  pass(server, client, fromServer)
  return async () => {}
}

function pass(from: Duplex, to: Duplex, early: Buffer): void {
  if (early.length > 0) to.write(early)
  from.on('data', (bytes: Buffer) => {
    if (!to.write(bytes)) from.pause()
  })
  to.on('drain', () => from.resume())
}

function onEnd(from: Duplex, act: () => void): void {
  if (from.readableEnded) act()
  else from.once('end', act)
}

/** Whether the last that a client sent is its Terminate. */
class Goodbye {
  #last: Uint8Array = Buffer.alloc(0)

  see(bytes: Buffer): void {
    const isShort = bytes.length < terminate.length
    this.#last = isShort ? Buffer.concat([this.#last, bytes]).subarray(-terminate.length) : bytes
  }

  get wasSaid(): boolean {
    return Buffer.from(this.#last.subarray(-terminate.length)).equals(terminate)
  }
}
