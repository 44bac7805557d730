import { failureOf } from './failures.ts'
import { jittered, pause } from './within.ts'

/** Most entries of a batch call. */
export const mostEntries = 10

/** A call with less time than this tells nothing about the service. */
const shortestCallMs = 200

/** An entry of a batch call that was not done. */
export interface EntryFault {
  readonly id: string
  readonly why: string
  /** The entry itself is wrong, says SQS. */
  readonly isSenders: boolean
  /** Whether it may be done when it is tried again. */
  readonly mayPass: boolean
  /** SQS did not say so: no answer came, or none in time. */
  readonly isUnheard?: boolean
}

/** A batch call: what it answers about each entry that failed. Throws when the whole call did. */
export type BatchCall<Entry> = (entries: readonly Entry[], withinMs: number) => Promise<readonly EntryFault[]>

/** Makes a batch call, once. A call that failed is a fault of each entry. */
export async function attempt<Entry extends { readonly Id: string | undefined }>(
  entries: readonly Entry[],
  call: BatchCall<Entry>,
  withinMs: number,
): Promise<readonly EntryFault[]> {
  try {
    return await call(entries, withinMs)
  } catch (error) {
    const { message: why, isPassing, kind } = failureOf(error)
    const isUnheard = kind === 'unreachable'
    return entries.map(({ Id: id = '' }) => ({ id, why, isSenders: false, mayPass: isPassing, isUnheard }))
  }
}

/** Makes a batch call again for those entries that may yet pass, for so long. Says what failed in the end. */
export async function settle<Entry extends { readonly Id: string | undefined }>(
  entries: readonly Entry[],
  call: BatchCall<Entry>,
  withinMs: number,
  signal: AbortSignal,
): Promise<readonly EntryFault[]> {
  const until = performance.now() + withinMs
  const settled: EntryFault[] = []
  // what SQS said before says more than that the time ran out over the last try
  const heard = new Map<string, string>()
  let open = entries
  for (let tries = 1; ; tries += 1) {
    const faults = await attempt(open, call, until - performance.now())
    for (const { id, why, isUnheard } of faults) if (!isUnheard) heard.set(id, why)
    const pausing = faults.filter(({ mayPass }) => mayPass)
    settled.push(...faults.filter(({ mayPass }) => !mayPass))
    const pauseMs = jittered(tries, 100, 2_000)
    if (pausing.length === 0) return settled
    if (signal.aborted || performance.now() + pauseMs + shortestCallMs >= until)
      return [...settled, ...pausing.map((fault) => ({ ...fault, why: heard.get(fault.id) ?? fault.why }))]
    const ids = new Set(pausing.map(({ id }) => id))
    open = open.filter(({ Id }) => ids.has(Id ?? ''))
    await pause(pauseMs, signal)
  }
}
