import { ServerError } from '../protocol/server-error.ts'
import { int16, int32, message, text } from '../protocol/write.ts'
import type { Ending } from './ask.ts'
import type { Conversation } from './conversation.ts'
import type { Expected, Owed, Receiver } from './expected.ts'
import { firstColumn } from './first-column.ts'

/** What a question came to. */
export type Answer = { readonly value: string | undefined } | { readonly error: ServerError }

interface Way {
  readonly ending: Ending
  /** The client hears of an error that it had no part in. */
  readonly isErrorTold?: boolean
  /** As the server would send them itself, in its binary format. */
  readonly parameters?: readonly Buffer[]
}

/**
 * A question that is asked again and again in a client's session. It is prepared once, and stays so until the client takes
 * away all that is prepared.
 */
export class Standing {
  readonly #conversation: Conversation
  readonly #name: Buffer
  readonly #parse: Buffer
  readonly #execute: Buffer
  #isPrepared = false
  #forgotten = 0

  constructor(conversation: Conversation, own: string, sql: string) {
    this.#conversation = conversation
    const name = text(own)
    const statement = Buffer.concat([Buffer.from('S'), name])
    const portal = Buffer.concat([Buffer.from('P'), name])
    this.#name = name
    this.#parse = Buffer.concat([message('C', statement), message('P', name, text(sql), Buffer.alloc(2))])
    this.#execute = Buffer.concat([message('E', name, Buffer.alloc(4)), message('C', portal)])
  }

  /** To be called before a statement is sent by which the client takes it away. */
  forget(): void {
    this.#isPrepared = false
    this.#forgotten += 1
  }

  /**
   * Asks, and keeps the answer from the client. `hear` is called in the order of the server's answers; never where a
   * statement of the same series failed before.
   */
  ask({ ending, isErrorTold = false, parameters = [] }: Way, hear: (answer: Answer) => void): void {
    const owed: Owed[] = this.#isPrepared ? [] : ['close', 'parse']
    owed.push('bind', 'execute', 'close')
    if (ending === 'sync') owed.push('sync')
    const receiver = this.#receiver({ count: owed.length, ending, isErrorTold }, hear)
    const expected = owed.map((kind): Expected => ({ owed: kind, receiver }))
    const head = this.#isPrepared ? [] : [this.#parse]
    const bind = message('B', this.#name, this.#name, values(parameters))
    const tail = ending === 'none' ? [] : [message(ending === 'sync' ? 'S' : 'H')]
    this.#conversation.send(Buffer.concat([...head, bind, this.#execute, ...tail]), ...expected)
  }

  #receiver({ count, ending, isErrorTold }: Asked, hear: (answer: Answer) => void): Receiver {
    const forgotten = this.#forgotten
    let missing = count
    let value: string | undefined
    let error: ServerError | undefined
    return {
      readsRows: true,
      take: (type, bytes, isLast) => {
        if (type === '1') this.#isPrepared = forgotten === this.#forgotten
        if (type === 'D') value = firstColumn(bytes)
        if (type === 'E') error = new ServerError(bytes.subarray(5), bytes)
        if (isLast) missing -= 1
        const isOver = ending === 'sync' ? type === 'Z' : missing === 0 || error !== undefined
        if (isOver) hear(error === undefined ? { value } : { error })
        // settings and notifications are the client's
        return type === 'S' || type === 'A' || (type === 'E' && isErrorTold)
      },
    }
  }
}

interface Asked {
  /** Of messages that are owed. */
  readonly count: number
  readonly ending: Ending
  readonly isErrorTold: boolean
}

/** All in the binary format; the result as text. */
function values(parameters: readonly Buffer[]): Buffer {
  const parts = parameters.flatMap((value) => [int32(value.length), value])
  return Buffer.concat([int16(1), int16(1), int16(parameters.length), ...parts, int16(0)])
}
