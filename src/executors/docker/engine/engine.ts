import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex, Readable } from 'node:stream'

/** What follows the `?` of a path. Objects (filters) are sent as JSON; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | object | undefined>>

/** What a request that changes something may carry. */
export interface PostRequest {
  readonly query?: Query
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** Milliseconds that the whole answer may take: a minute unless stated. A stop takes as long as its grace. */
  readonly withinMs?: number
}

export interface PutRequest {
  readonly query?: Query
  readonly body: Uint8Array
  /** `application/x-tar` */
  readonly type: string
}

export interface StreamRequest {
  /** GET unless stated. */
  readonly method?: 'GET' | 'POST'
  readonly query?: Query
  readonly signal?: AbortSignal
}

/**
 * One Docker Engine, spoken to as its API 1.40 to 1.47 says (https://docs.docker.com/reference/api/engine/). Paths begin
 * after the version, and are made by `enginePath`. All of it throws an `EngineError` where the engine refuses,
 * `ENGINE_UNREACHABLE` or `ENGINE_FORBIDDEN` where there is none to talk to, and a signal's reason once it is aborted.
 */
export interface Engine extends Disposable {
  /** For people: `unix:///var/run/docker.sock`, with ` (context prod)` where one was used. */
  readonly where: string
  /** `1.41`: the newest that both speak, asked for once. Throws `ENGINE_TOO_OLD`. */
  apiVersion(): Promise<string>
  get<T>(path: string, query?: Query, options?: { readonly signal?: AbortSignal }): Promise<T>
  /** The headers alone; `undefined` when there is no such thing. */
  head(path: string, query?: Query): Promise<IncomingHttpHeaders | undefined>
  /** `undefined` where the answer is empty, which it also is when nothing had to change (304). */
  post<T>(path: string, request: PostRequest): Promise<T>
  put(path: string, request: PutRequest): Promise<void>
  remove(path: string, query?: Query): Promise<void>
  /**
   * An answer that goes on: logs, events, wait, an archive. It may take any time. Reading it throws where it breaks;
   * nobody has to listen for that before.
   */
  stream(path: string, request?: StreamRequest): Promise<Readable>
  /**
   * Attach and exec: the connection itself, raw both ways. `end()` closes only the way there. It is the caller's to
   * destroy. Reading it throws the system's own errors.
   */
  hijack(path: string, request: { readonly query?: Query; readonly body?: unknown }): Promise<Duplex>
}
