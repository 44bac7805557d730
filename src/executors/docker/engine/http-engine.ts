import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import { PurserError } from '../../../core/errors.ts'
import { negotiatedVersion } from './api-version.ts'
import type { Connections } from './connect/connections.ts'
import type { Engine, PostRequest, PutRequest, Query, StreamRequest } from './engine.ts'
import { isNotFound, refusal } from './errors.ts'
import { type Exchanged, exchange, explained, type Message, textOf, unlessAborted } from './exchange.ts'
import type { Located } from './locate/locate.ts'
import { encodeQuery } from './path.ts'
import { unanswered, unreachable } from './unreachable.ts'

const answerWithinMs = 60_000
// A little more than what connecting may take; ssh itself gives up after 30 s.
const firstAnswerWithinMs = { unix: 15_000, tcp: 15_000, ssh: 40_000 } as const

type Method = Message['method']

interface Asked {
  readonly query?: Query | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
  /** Of the whole answer; without it, it may take any time. */
  readonly withinMs?: number | undefined
}

/** An engine over HTTP, on connections of whatever kind. */
export class HttpEngine implements Engine {
  readonly where: string
  readonly #located: Located
  readonly #connections: Connections
  #version: Promise<string> | undefined
  #hasAnswered = false

  constructor(located: Located, connections: Connections) {
    this.where = located.where
    this.#located = located
    this.#connections = connections
  }

  apiVersion(): Promise<string> {
    this.#version ??= this.#negotiate().catch((error) => {
      this.#version = undefined // it may be there the next time
      throw error
    })
    return this.#version
  }

  get<T>(path: string, query?: Query, options: { readonly signal?: AbortSignal } = {}): Promise<T> {
    return this.#json('GET', path, { query, ...options })
  }

  async head(path: string, query?: Query): Promise<IncomingHttpHeaders | undefined> {
    try {
      return await this.#ask('HEAD', path, { query, withinMs: answerWithinMs }, async ({ answer }) => {
        answer.resume()
        return answer.headers
      })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  post<T>(path: string, { body, ...rest }: PostRequest): Promise<T> {
    return this.#json('POST', path, { ...rest, ...asJson(body) })
  }

  async put(path: string, { type, ...rest }: PutRequest): Promise<void> {
    await this.#json('PUT', path, { ...rest, headers: { 'content-type': type } })
  }

  async remove(path: string, query?: Query): Promise<void> {
    await this.#json('DELETE', path, { query })
  }

  stream(path: string, { method = 'GET', ...asked }: StreamRequest = {}): Promise<Readable> {
    return this.#ask(method, path, asked, async ({ answer }) =>
      explained(answer, (error) => this.#explain(error, asked.signal)),
    )
  }

  hijack(
    path: string,
    { query, body }: { readonly query?: Query; readonly body?: unknown },
  ): Promise<Duplex> {
    const { headers, ...rest } = asJson(body)
    const upgrade = { ...headers, connection: 'Upgrade', upgrade: 'tcp' }
    const asked = { query, ...rest, headers: upgrade, withinMs: answerWithinMs }
    return this.#ask('POST', path, asked, async ({ answer, connection }) => {
      if (connection !== undefined) return connection
      answer.destroy()
      throw this.#unanswered(`POST ${path} did not hand over the connection`)
    })
  }

  [Symbol.dispose](): void {
    this.#connections.destroy()
  }

  #json<T>(method: Method, path: string, asked: Asked): Promise<T> {
    return this.#ask(method, path, { withinMs: answerWithinMs, ...asked }, async ({ answer }) => {
      const text = await textOf(answer)
      try {
        return text.trim() === '' ? undefined : JSON.parse(text)
      } catch {
        throw this.#unanswered(`the answer to ${method} ${path} is no JSON`)
      }
    })
  }

  async #negotiate(): Promise<string> {
    const withinMs = firstAnswerWithinMs[this.#located.address.kind]
    const version = await this.#exchange('GET', '/_ping', '/_ping', { withinMs }, ({ answer }) =>
      negotiatedVersion(answer, this.#located),
    )
    this.#hasAnswered = true
    return version
  }

  async #ask<T>(
    method: Method,
    path: string,
    asked: Asked,
    read: (exchanged: Exchanged) => Promise<T>,
  ): Promise<T> {
    const version = await unlessAborted(this.apiVersion(), asked.signal)
    const fullPath = `/v${version}${path}${encodeQuery(asked.query)}`
    return await this.#exchange(method, path, fullPath, asked, async (exchanged) => {
      const { statusCode = 0 } = exchanged.answer
      if (statusCode < 300 || statusCode === 304) return await read(exchanged)
      throw refusal(this.where, { method, path }, statusCode, await textOf(exchanged.answer))
    })
  }

  /** `path` is for sentences, `fullPath` for the engine. */
  async #exchange<T>(
    method: Method,
    path: string,
    fullPath: string,
    { headers, body, signal, withinMs }: Asked,
    read: (exchanged: Exchanged) => Promise<T>,
  ): Promise<T> {
    const late = new AbortController()
    const limit = withinMs === undefined ? undefined : setTimeout(() => late.abort(), withinMs)
    try {
      const message = {
        method,
        path: fullPath,
        headers: { host: this.#authority(), 'user-agent': 'purser', ...headers },
        body,
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      }
      return await read(await exchange(this.#connections, message))
    } catch (error) {
      if (!late.signal.aborted) throw this.#explain(error, signal)
      throw this.#unanswered(`${method} ${path} had no whole answer within ${(withinMs ?? 0) / 1_000} s`)
    } finally {
      clearTimeout(limit)
    }
  }

  #explain(error: unknown, signal: AbortSignal | undefined): Error {
    if (signal?.aborted) return signal.reason
    return error instanceof PurserError ? error : unreachable(this.#located, error, this.#hasAnswered)
  }

  #unanswered(why: string): Error {
    return unanswered(this.#located, why, { hasAnswered: this.#hasAnswered })
  }

  #authority(): string {
    const { address } = this.#located
    if (address.kind !== 'tcp') return 'localhost'
    return address.host.includes(':')
      ? `[${address.host}]:${address.port}`
      : `${address.host}:${address.port}`
  }
}

function asJson(body: unknown): Pick<Asked, 'headers' | 'body'> {
  if (body === undefined) return {}
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) }
}
