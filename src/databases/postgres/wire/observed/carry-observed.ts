import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Tap } from '../../../wire.ts'
import type { Carry } from '../relay.ts'
import type { Side } from '../side/side.ts'
import type { Beginning } from './beginning.ts'
import { Conversation } from './conversation.ts'
import { Framer } from './framer.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { Guard } from './guard.ts'

interface Watching {
  readonly beginning: Beginning
  readonly tap: Tap
  readonly isEnforced: boolean
  readonly isPatient: boolean
  readonly session: string
  readonly side: Side
  /** The server's process, where it tells. */
  readonly pid: number | undefined
  /** What the server said when the session began. */
  readonly greeting: Buffer
}

/** A message of the client's, or a portion of rows. */
interface Item {
  readonly type: string
  readonly bytes: Buffer
}

const copyData = 'd'.charCodeAt(0)
const goodbye = 'X'

// What a client says while it waits for an answer; more than this, and it is not listened to for a while.
const mostWaiting = 1_048_576

/** Lets a session through message by message, and has every commit judged. `failed` hears what can't go on. */
export function carryObserved(watching: Watching, failed: (error: unknown) => void): Carry {
  return ({ client, server, fromClient, fromServer }) => {
    const conversation = new Conversation(client, server)
    conversation.settings.learnAll(watching.greeting)
    const guard = new Guard(conversation, watching)
    const gatekeeper = new Gatekeeper(guard, failed)
    server.once('close', () => guard.witness?.close())
    const requests = new Requests(gatekeeper, watching.beginning, client, server)
    const trying = (act: () => unknown) => {
      try {
        act()
      } catch (error) {
        failed(error)
      }
    }
    const hear = (bytes: Buffer) => trying(() => requests.hear(bytes).catch(failed))
    const answer = (bytes: Buffer) => {
      trying(() => conversation.push(bytes))
      if (client.writableNeedDrain) server.pause()
    }
    client.on('data', hear)
    server.on('data', answer)
    client.on('drain', () => server.resume())
    answer(fromServer)
    hear(fromClient)
    return () => requests.said()
  }
}

/** What a client asks for, one after the other. */
class Requests {
  readonly #gatekeeper: Gatekeeper
  readonly #beginning: Beginning
  readonly #client: Socket
  readonly #server: Duplex
  readonly #framer: Framer
  readonly #items: Item[] = []
  #waiting = 0
  #isAtWork = false
  #work: Promise<void> | undefined

  constructor(gatekeeper: Gatekeeper, beginning: Beginning, client: Socket, server: Duplex) {
    this.#gatekeeper = gatekeeper
    this.#beginning = beginning
    this.#client = client
    this.#server = server
    this.#framer = new Framer((type) => type !== copyData, {
      pass: (bytes) => this.#keep({ type: 'rows', bytes }),
      message: (type, bytes) => this.#keep({ type, bytes }),
    })
  }

  /** Throws `Garbled`, and what can't go on. */
  async hear(bytes: Buffer): Promise<void> {
    this.#framer.push(bytes)
    if (this.#waiting > mostWaiting) this.#client.pause()
    if (!this.#isAtWork) this.#work = this.#doAll()
    await this.#work
  }

  async said(): Promise<void> {
    await this.#work
    await this.#gatekeeper.idle()
  }

  #keep(item: Item): void {
    this.#items.push(item)
    this.#waiting += item.bytes.length
  }

  async #doAll(): Promise<void> {
    this.#isAtWork = true
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      const { type, bytes } = item
      if (type !== goodbye) await this.#beginning.mayBegin()
      await (type === 'rows' ? this.#gatekeeper.rows(bytes) : this.#gatekeeper.message(type, bytes))
      this.#waiting -= bytes.length
      if (this.#server.writableNeedDrain) await drained(this.#server)
      if (this.#waiting <= mostWaiting) this.#client.resume()
    }
    this.#isAtWork = false
  }
}

async function drained(socket: Duplex): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}
