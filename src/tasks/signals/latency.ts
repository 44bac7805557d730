import { setTimeout as pause } from 'node:timers/promises'
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

interface Asked {
  readonly probe: Probe
  readonly what: string
  /** Whether it is asked many times within one reading. */
  readonly isOften: boolean
}

interface Memory {
  isConnected: boolean
  /** What the last probes took, in milliseconds, the oldest first. */
  took: readonly number[]
}

// One answer says nothing of the slowest in a hundred, which is what people notice.
const probingMs = 500
const pauseMs = 20
const remembered = 100
const share = 0.97

/**
 * How long a query takes, or a GET until its whole answer is there. A query is asked about 20 times within half a second
 * of each one, and what counts is the time within which 97 of the last 100 answers came. It can't be read while the query
 * fails, or the answer has a status of 400 or more: a probe that is refused, or sent to nowhere, tells nothing about live
 * traffic. Throws `TASK_BROKEN` for a `max` or a `url` that can't be used.
 *
 * @example
 * latencyOf({ query: sql`select * from orders where id = ${17}`, max: '20ms' })
 * latencyOf({ url: 'https://shop.example/search?q=lamp', max: '300ms' })
 */
export function latencyOf(options: LatencyOptions): ThrottleSignal {
  const { max, unit, size } = durationLimit('latencyOf', options.max)
  const { probe, what, isOften } = options.url === undefined ? ofQuery(options.query) : ofPage(options.url)
  const memoryIn = memoryOf<Memory>(() => ({ isConnected: false, took: [] }))
  return {
    name: options.name ?? what,
    unit,
    max,
    async read(context) {
      const memory = memoryIn(context)
      const isFirst = !memory.isConnected
      memory.isConnected = false
      // Live traffic seldom waits for a connection to open: it is no part of the reading.
      if (isFirst) await probe(context)
      // A batch that waits for its first reading need not wait for more than one answer.
      const took = isOften && !isFirst ? await probeOften(probe, context) : [await timed(probe, context)]
      memory.isConnected = true
      memory.took = isOften ? [...memory.took, ...took].slice(-remembered) : took
      return percentile(memory.took) / size
    },
  }
}

async function probeOften(probe: Probe, context: SignalContext): Promise<readonly number[]> {
  const until = performance.now() + probingMs
  const took: number[] = []
  do {
    took.push(await timed(probe, context))
    await pause(pauseMs, undefined, { signal: context.signal })
  } while (performance.now() < until)
  return took
}

async function timed(probe: Probe, context: SignalContext): Promise<number> {
  const began = performance.now()
  await probe(context)
  return performance.now() - began
}

function percentile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}

function ofQuery(query: string | Sql): Asked {
  return { probe: (context) => context.query(query), what: 'latency', isOften: true }
}

function ofPage(url: string | URL): Asked {
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
  return { probe: ({ signal }) => get(page, signal), what: `latency of ${page.host}`, isOften: false }
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
