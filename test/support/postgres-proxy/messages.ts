import type { Readable } from 'node:stream'

/** One message of PostgreSQL's protocol (its manual, "Message Formats"); the first of a client has no type. */
export interface Message {
  readonly type: string
  readonly body: Buffer
  /** The whole of it, as it came. */
  readonly bytes: Buffer
}

/** Cuts what comes into messages. */
export async function* readMessages(
  stream: Readable,
  { isFirstUntyped = false }: { readonly isFirstUntyped?: boolean } = {},
): AsyncGenerator<Message> {
  let rest: Buffer = Buffer.alloc(0)
  let typeLength = isFirstUntyped ? 0 : 1
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= typeLength + 4) {
      const length = typeLength + rest.readInt32BE(typeLength)
      if (rest.length < length) break
      const bytes = rest.subarray(0, length)
      rest = rest.subarray(length)
      const type = typeLength === 0 ? '' : String.fromCharCode(bytes[0] ?? 0)
      const body = bytes.subarray(typeLength + 4)
      typeLength = 1
      yield { type, body, bytes }
    }
  }
}

/** The texts that end with a zero byte, at a message's beginning. */
export function textsOf(body: Buffer, count: number): readonly string[] {
  const texts: string[] = []
  let at = 0
  for (let n = 0; n < count; n += 1) {
    const end = body.indexOf(0, at)
    texts.push(body.toString('utf8', at, end))
    at = end + 1
  }
  return texts
}
