/** Which kind of answer the server owes for a message. */
export type Owed = 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync' | 'query' | 'call'

/** By which messages of the server's an answer ends, beside an error (PostgreSQL's manual, "Message Flow"). */
const ends: Readonly<Record<Owed, string>> = {
  parse: '1',
  bind: '2',
  describe: 'Tn',
  execute: 'CIs',
  close: '3',
  sync: 'Z',
  query: 'Z',
  call: 'Z',
}

export function isEnd(owed: Owed, type: string): boolean {
  return ends[owed].includes(type)
}

/** Where the answers to a message go. */
export interface Receiver {
  /** Whether it takes rows too; they go to the client unread otherwise. */
  readonly readsRows: boolean
  /** A message of the server's; `isLast` of those for one message of ours. Gives back whether the client gets it. */
  take(type: string, bytes: Buffer, isLast: boolean): boolean
  /** The server has ignored what it was to answer. */
  ignored?(): void
}

export interface Expected {
  readonly owed: Owed
  /** `undefined`: the client, as it comes. */
  readonly receiver: Receiver | undefined
}
