import { ServerError } from '../protocol/server-error.ts'
import { message, text } from '../protocol/write.ts'
import type { Conversation } from './conversation.ts'
import type { Expected, Receiver } from './expected.ts'
import { firstColumn } from './first-column.ts'

// Of ours. A client's unnamed statement and portal, which it may go on to use, are not touched.
const name = text('purser wire')
const nothing = Buffer.from([0, 0, 0, 0, 0, 0]) // no formats, no parameters, results as text

const statement = Buffer.concat([Buffer.from('S'), name])
const portal = Buffer.concat([Buffer.from('P'), name])

/** A statement of the wire's own, in the client's session, by the extended protocol. */
function statementOf(sql: string | Buffer): Buffer {
  return Buffer.concat([
    // those that failed before
    message('C', portal),
    message('C', statement),
    message('P', name, typeof sql === 'string' ? text(sql) : sql, Buffer.alloc(2)),
    message('B', name, name, nothing),
    message('E', name, Buffer.alloc(4)),
    message('C', portal),
    message('C', statement),
  ])
}

const owed = ['close', 'close', 'parse', 'bind', 'execute', 'close', 'close'] as const

/** With what a statement of ours is ended. Inside a client's own series of messages there may be no Sync but its own. */
export type Ending = 'sync' | 'flush' | 'none'

/**
 * Asks the server something in the client's session, and keeps the answer from the client. Resolves with the first column
 * of the first row. Bytes are a text in the client's encoding, with the zero at its end. Throws `ServerError`; where a
 * client's statement failed before it, it is never answered.
 */
export function ask(
  conversation: Conversation,
  sql: string | Buffer,
  ending: Ending,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let value: string | undefined
    let closed = 0
    const receiver: Receiver = {
      readsRows: true,
      take(type, bytes, isLast) {
        if (type === 'D') value = firstColumn(bytes)
        if (type === 'E') reject(new ServerError(bytes.subarray(5), bytes))
        if (type === '3') closed += 1
        if (isLast && (ending === 'sync' ? type === 'Z' : closed === 4)) resolve(value)
        return type === 'S' || type === 'A' // settings and notifications are the client's
      },
    }
    const expected: Expected[] = owed.map((kind) => ({ owed: kind, receiver }))
    if (ending === 'sync') expected.push({ owed: 'sync', receiver })
    const tail = ending === 'none' ? [] : [message(ending === 'sync' ? 'S' : 'H')]
    conversation.send(Buffer.concat([statementOf(sql), ...tail]), ...expected)
  })
}
