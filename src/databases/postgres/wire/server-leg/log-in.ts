import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { authentication } from '../protocol/codes.ts'
import { Garbled, type Inbox, type Message } from '../protocol/inbox.ts'
import { ServerError } from '../protocol/server-error.ts'
import { int32, message, text } from '../protocol/write.ts'
import { ScramClient } from '../scram/client.ts'
import type { Password, Target } from '../target/target.ts'

/**
 * Answers what the server asks for until it lets us in (PostgreSQL's manual, "Start-up"). Gives back what it said besides,
 * which is for the client: to which version of the protocol it agrees, and notices. Throws why it does not let us in.
 */
export async function logIn(socket: Duplex, inbox: Inbox, target: Target): Promise<readonly Buffer[]> {
  const besides: Buffer[] = []
  const scram = new ScramDialogue(target)
  for (;;) {
    const message = await inbox.message()
    if (message.type === 'E') throw new ServerError(message.body, message.bytes)
    if (message.type === 'v' || message.type === 'N') {
      besides.push(message.bytes)
      continue
    }
    if (message.type !== 'R') throw new Garbled('what answers there is no PostgreSQL')
    const answer = await answerTo(message, target, scram)
    if (answer === 'in') return [...besides, message.bytes]
    if (answer !== undefined) socket.write(answer)
  }
}

type Answer = Buffer | 'in' | undefined

async function answerTo({ body }: Message, target: Target, scram: ScramDialogue): Promise<Answer> {
  const kind = body.readInt32BE(0)
  const data = body.subarray(4)
  switch (kind) {
    case authentication.ok:
      scram.mustBeOver()
      return 'in'
    case authentication.cleartext:
      return message('p', text(passwordOf(target).reveal()))
    case authentication.md5:
      return message('p', text(md5Answer(target.user, passwordOf(target), data)))
    case authentication.sasl:
      return scram.begin(data)
    case authentication.saslContinue:
      return await scram.go(data)
    case authentication.saslFinal:
      return scram.end(data)
    default:
      throw new Error(
        `the server asks for ${others.get(kind) ?? `authentication ${kind}`}, and the wire knows passwords only`,
      )
  }
}

const others = new Map([
  [2, 'Kerberos'],
  [6, 'SCM credentials'],
  [7, 'GSSAPI'],
  [9, 'SSPI'],
])

function passwordOf({ password }: Target): Password {
  if (password === undefined) throw new Error('the server asks for a password, and there is none in the URL')
  return password
}

function md5Answer(user: string, password: Password, salt: Buffer): string {
  const inner = md5(Buffer.from(password.reveal() + user))
  return `md5${md5(Buffer.concat([Buffer.from(inner), salt]))}`
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}

/** SCRAM-SHA-256, as the server's messages carry it. */
class ScramDialogue {
  readonly #target: Target
  #client: ScramClient | undefined
  #isProved = false

  constructor(target: Target) {
    this.#target = target
  }

  begin(data: Buffer): Buffer {
    const offered = data.toString('latin1').split('\0')
    if (!offered.includes('SCRAM-SHA-256')) {
      throw new Error(
        `the server asks for ${offered.filter(Boolean).join(' or ')}, and the wire knows SCRAM-SHA-256`,
      )
    }
    this.#client = new ScramClient(passwordOf(this.#target).scram)
    const first = Buffer.from(this.#client.first())
    return message('p', text('SCRAM-SHA-256'), int32(first.length), first)
  }

  async go(data: Buffer): Promise<Buffer> {
    return message('p', Buffer.from(await this.#begun().final(data.toString('latin1'))))
  }

  end(data: Buffer): undefined {
    this.#begun().check(data.toString('latin1'))
    this.#isProved = true
    return undefined
  }

  /** A server that asked for the proof and then lets us in without its own is another. */
  mustBeOver(): void {
    if (this.#client !== undefined && !this.#isProved) {
      throw new Error('the server did not prove that it knows the password')
    }
  }

  #begun(): ScramClient {
    if (this.#client === undefined) throw new Garbled('the server goes on with SCRAM before it has begun')
    return this.#client
  }
}
