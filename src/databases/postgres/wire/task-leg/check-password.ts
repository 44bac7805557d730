import type { Socket } from 'node:net'
import { authentication } from '../protocol/codes.ts'
import type { Inbox } from '../protocol/inbox.ts'
import { int32, message, text } from '../protocol/write.ts'
import { ScramRefusal, ScramServer, type Verifier } from '../scram/server.ts'
import { hints, Refused } from './refused.ts'

const mechanism = 'SCRAM-SHA-256'

/** Asks the client for the run's password by SCRAM-SHA-256 and checks it. Throws `Refused`. */
export async function checkPassword(client: Socket, inbox: Inbox, verifier: Verifier): Promise<void> {
  const scram = new ScramServer(verifier)
  try {
    client.write(ask(authentication.sasl, text(mechanism), Buffer.alloc(1)))
    const first = scram.first(initialResponse(await answerOf(inbox)))
    client.write(ask(authentication.saslContinue, Buffer.from(first)))
    const final = scram.final((await answerOf(inbox)).toString('latin1'))
    if (final === undefined) throw new Refused('28P01', "The password is not this run's.", hints.url)
    client.write(ask(authentication.saslFinal, Buffer.from(final)))
  } catch (error) {
    if (!(error instanceof ScramRefusal)) throw error
    const isBinding = error.message.includes('channel_binding')
    throw new Refused(
      isBinding ? '28000' : '08P01',
      `The client can't log in: ${error.message}.`,
      isBinding ? hints.binding : undefined,
    )
  }
}

function ask(kind: number, ...data: readonly Uint8Array[]): Buffer {
  return message('R', int32(kind), ...data)
}

async function answerOf(inbox: Inbox): Promise<Buffer> {
  const { type, body } = await inbox.message()
  if (type !== 'p') throw new ScramRefusal('it was asked for a password and sent something else')
  return body
}

/** A mechanism's name, a length, and what the mechanism says first. */
function initialResponse(body: Buffer): string {
  const end = body.indexOf(0)
  const name = body.toString('latin1', 0, end)
  if (name === `${mechanism}-PLUS`)
    throw new ScramRefusal('it insists on channel_binding, and the wire has no TLS on this side')
  if (end < 0 || name !== mechanism || body.length < end + 5)
    throw new ScramRefusal(`it was asked for ${mechanism} and answers with another way`)
  return body.toString('latin1', end + 5)
}
