import type { Socket } from 'node:net'
import { type FirstPacket, readFirstPacket } from '../protocol/first-packet.ts'
import type { Inbox } from '../protocol/inbox.ts'
import { Refused } from './refused.ts'

type Asked = Exclude<FirstPacket, { readonly kind: 'encryption' }>

/** Declines encryption, once of each kind and in either order, and reads what the client came for. Throws `Refused`. */
export async function greet(client: Socket, inbox: Inbox): Promise<Asked> {
  const declined = new Set<string>()
  for (;;) {
    const packet = await readFirstPacket(inbox)
    if (packet.kind !== 'encryption') return packet
    if (declined.has(packet.of)) throw new Refused('08P01', 'The client asks for encryption again and again.')
    declined.add(packet.of)
    client.write('N')
  }
}
