import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Expected, isEnd } from './expected.ts'
import { Framer } from './framer.ts'
import { gather } from './gather.ts'
import { Settings } from './settings.ts'

export type Status = 'idle' | 'in transaction' | 'failed'

const statuses: Readonly<Record<string, Status>> = { I: 'idle', T: 'in transaction', E: 'failed' }

/** DataRow and CopyData. */
const rows = new Set(Buffer.from('Dd'))

/** What comes in between, whatever was asked: notices, settings, notifications. */
const unasked = 'NSA'

/**
 * A session with the server that two speak in, the client and the wire: who asked what is known by the order, since the
 * server answers in that order.
 */
export class Conversation {
  readonly #client: Socket
  readonly #server: Duplex
  readonly #expected: Expected[] = []
  readonly #framer: Framer
  #waiting: (() => void)[] = []
  /** As the server said it last. */
  status: Status = 'idle'
  /** After an error: it answers to nothing but the next Sync. */
  isSkipping = false
  /** It reads rows and nothing else. */
  isCopyingIn = false
  /** The client has got rows that nobody read, since this was set to `false`. */
  hasPassedRows = false
  readonly settings = new Settings()

  constructor(client: Socket, server: Duplex) {
    this.#client = client
    this.#server = server
    const isRead = (type: number) => {
      if (!rows.has(type) || this.#expected[0]?.receiver?.readsRows === true) return true
      this.hasPassedRows = true
      return false
    }
    this.#framer = new Framer(isRead, {
      pass: (bytes) => void this.#client.write(bytes),
      message: (type, bytes) => this.#receive(type, bytes),
    })
  }

  /** What comes from the server. Throws `Garbled`. */
  push(chunk: Buffer): void {
    gather(this.#client)
    this.#framer.push(chunk)
  }

  send(bytes: Buffer, ...expected: readonly Expected[]): boolean {
    this.#expected.push(...(this.isSkipping ? expected.filter(({ owed }) => owed === 'sync') : expected))
    gather(this.#server)
    return this.#server.write(bytes)
  }

  /** Says something to the client in the server's name. */
  tell(bytes: Buffer): void {
    gather(this.#client)
    this.#client.write(bytes)
  }

  /** Whether nothing is owed. */
  get isQuiet(): boolean {
    return this.#expected.length === 0
  }

  /** Resolves once nothing is owed any more. */
  async quiet(): Promise<void> {
    while (!this.isQuiet) await this.#change()
  }

  /** Resolves once it reads rows from the client, or what could bring it to that is over. */
  async copying(unless: Promise<void>): Promise<void> {
    let isOver = false
    const over = unless.then(() => {
      isOver = true
    })
    while (!this.isCopyingIn && !isOver) await Promise.race([over, this.#change()])
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #receive(type: string, bytes: Buffer): void {
    const [first] = this.#expected
    if (unasked.includes(type)) this.#receiveUnasked(type, bytes, first)
    else if (first === undefined || isFatal(type, bytes)) this.#client.write(bytes)
    else {
      const isLast = isEnd(first.owed, type)
      if (isLast) this.#expected.shift()
      this.#follow(type, bytes, first)
      this.#hand(type, bytes, first, isLast)
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  #hand(type: string, bytes: Buffer, { receiver }: Expected, isLast: boolean): void {
    if (receiver === undefined || receiver.take(type, bytes, isLast)) this.#client.write(bytes)
  }

  #receiveUnasked(type: string, bytes: Buffer, first: Expected | undefined): void {
    if (type === 'S') this.settings.learn(bytes)
    if (first === undefined) this.#client.write(bytes)
    else this.#hand(type, bytes, first, false)
  }

  /** What follows for all that is owed. */
  #follow(type: string, bytes: Buffer, { owed }: Expected): void {
    if (type === 'Z') {
      this.status = statuses[String.fromCharCode(bytes[5] ?? 0)] ?? 'failed'
      this.isSkipping = false
      this.isCopyingIn = false
    } else if (type === 'E' && owed !== 'query' && owed !== 'call') this.#skipToSync()
    else if (type === 'G') this.#beginCopy(owed)
    else if (type === 'C') this.isCopyingIn = false
  }

  /** The rest up to the next Sync is read by nobody. */
  #skipToSync(): void {
    this.isCopyingIn = false
    const sync = this.#expected.findIndex(({ owed }) => owed === 'sync')
    this.#expected.splice(0, sync < 0 ? this.#expected.length : sync)
    this.isSkipping = sync < 0
  }

  /** A Sync that was sent before the rows is ignored (PostgreSQL's manual, "COPY Operations"). */
  #beginCopy(owed: Expected['owed']): void {
    this.isCopyingIn = true
    if (owed !== 'execute') return
    const isSync = (expected: Expected) => expected.owed === 'sync'
    const ignored = this.#expected.filter(isSync)
    this.#expected.splice(0, this.#expected.length, ...this.#expected.filter((expected) => !isSync(expected)))
    for (const { receiver } of ignored) receiver?.ignored?.()
  }
}

/** The session is over, whoever asked for what. */
function isFatal(type: string, bytes: Buffer): boolean {
  return type === 'E' && /\0V(FATAL|PANIC)\0/.test(bytes.toString('latin1', 4))
}
