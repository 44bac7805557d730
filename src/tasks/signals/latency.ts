import { PurserError, reasonOf } from '../../core/errors.ts'
import type { Sql } from '../sql.ts'
import type { SignalContext, ThrottleSignal } from '../throttle.ts'
import { type DurationText, durationLimit } from './limits.ts'
import { memoryOf } from './memory.ts'

/** A query of the database that the batch works on, or a page of the app. */
export type LatencyOptions = {
  /** What is still good. */
  readonly max: DurationText
  /** For people. `latency`, and of which host, unless stated. */
  readonly name?: string
} & (
  | { readonly query: string | Sql; readonly url?: never }
  | { readonly url: string | URL; readonly query?: never }
)

type Probe = (context: SignalContext) => Promise<unknown>

/**
 * How long a query takes, or a GET until its whole answer is there. It can't be read while the query fails, or the
 * answer has a status of 400 or more: a probe that is refused, or sent to nowhere, tells nothing about live traffic.
 * Throws `TASK_BROKEN` for a `max` or a `url` that can't be used.
 *
 * @example
 * latencyOf({ query: sql`select * from orders where id = ${17}`, max: '20ms' })
 * latencyOf({ url: 'https://shop.example/search?q=lamp', max: '300ms' })
 */
export function latencyOf(options: LatencyOptions): ThrottleSignal {
  const { max, unit, size } = durationLimit('latencyOf', options.max)
  const { probe, what } = options.url === undefined ? ofQuery(options.query) : ofPage(options.url)
  const memory = memoryOf(() => ({ connected: false }))
  return {
    name: options.name ?? what,
    unit,
    max,
    async read(context) {
      const connection = memory(context)
      const known = connection.connected
      connection.connected = false
      // Live traffic seldom waits for a connection to open: it is no part of the reading.
      if (!known) await probe(context)
      const began = performance.now()
      await probe(context)
      const took = performance.now() - began
      connection.connected = true
      return took / size
    },
  }
}

function ofQuery(query: string | Sql): { probe: Probe; what: string } {
  return { probe: (context) => context.query(query), what: 'latency' }
}

function ofPage(url: string | URL): { probe: Probe; what: string } {
  const page = URL.canParse(String(url)) ? new URL(String(url)) : undefined
  if (
    page === undefined ||
    !/^https?:$/.test(page.protocol) ||
    page.username !== '' ||
    page.password !== ''
  ) {
    // It may hold a password: it is not repeated.
    const remedy = 'Write one that begins with http:// or https:// and has neither user nor password in it.'
    throw new PurserError('TASK_BROKEN', { message: `latencyOf can't use its url. ${remedy}`, remedy })
  }
  return { probe: ({ signal }) => get(page, signal), what: `latency of ${page.host}` }
}

async function get(page: URL, signal: AbortSignal): Promise<void> {
  const response = await fetch(page, {
    signal,
    cache: 'no-store',
    headers: { 'user-agent': 'purser' },
  }).catch(
    // `fetch failed` is all that fetch itself says.
    (error: Error) => Promise.reject(new Error(reasonOf(error.cause ?? error), { cause: error })),
  )
  await response.arrayBuffer()
  if (response.status >= 400) throw new Error(`it answered ${response.status}`)
}
