import { type Agent, type IncomingMessage, request as openRequest } from 'node:http'
import { type Duplex, PassThrough, type Readable } from 'node:stream'

/** A request as it goes over the connection. */
export interface Message {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** With version and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
}

/** The head of an answer, its body to be read; where the connection was upgraded, that instead. */
export interface Exchanged {
  readonly answer: IncomingMessage
  readonly connection?: Duplex
}

export function exchange(agent: Agent, { method, path, headers, body, signal }: Message): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const request = openRequest({ agent, method, path, headers, ...(signal && { signal }) })
    request.on('response', (answer) => resolve({ answer }))
    request.on('upgrade', (answer, connection, first) => {
      if (first.length > 0) connection.unshift(first)
      connection.on('error', leftToReaders)
      resolve({ answer, connection })
    })
    request.on('error', reject) // once there is an answer, it tells of errors
    request.end(body)
  })
}

export async function textOf(answer: Readable): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The same bytes, and the errors that `explain` makes of the connection's. */
export function explained(answer: Readable, explain: (error: unknown) => Error): Readable {
  const told = new PassThrough()
  told.on('error', leftToReaders)
  answer.on('error', (error) => told.destroy(explain(error)))
  told.on('close', () => answer.destroy())
  return answer.pipe(told)
}

/** Who reads a stream gets its error, also one that came before; nobody else has to listen for it. */
function leftToReaders(): void {}

/** Gives up waiting, not the work. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
