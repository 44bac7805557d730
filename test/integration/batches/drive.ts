import { makeBench } from '../../../src/batches/bench.ts'
import type { Batch, Limits } from '../../../src/batches/definition.ts'
import { type LeadEnd, leadBatch } from '../../../src/batches/lead.ts'
import { workOnBatch } from '../../../src/batches/worker.ts'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { Tally, WorkshopPlan } from '../../../src/databases/slice-ledger.ts'
import { EmbeddedQueue } from '../../../src/queues/embedded/embedded-queue.ts'
import { openWhenThere } from '../../../src/release-side/batch/open-when-there.ts'

type Work = Pick<Batch, 'source'> &
  ({ statement: NonNullable<Batch['statement']> } | { process: NonNullable<Batch['process']> })

export type Drive = Work & {
  readonly url: string
  /** Where the workers connect, if it is elsewhere. */
  readonly workerUrl?: string
  readonly id?: string
  readonly workers?: number
  /** Rows of a slice. */
  readonly rows?: number
  readonly limits?: Partial<Limits>
  readonly canary?: number
  readonly signal?: AbortSignal
  readonly tell?: (tally: Tally, waiting: string | undefined) => void
  readonly say?: (what: string | undefined) => void
}

export interface Driven {
  readonly end: LeadEnd
  /** What workers and lead waited for, in words. */
  readonly waited: readonly string[]
}

const limits: Limits = { tries: 3, buried: 100, sliceMs: 30_000, leaseMs: 30_000 }

/** Leads a batch to its end, with workers, all in this process. */
export async function drive(options: Drive): Promise<Driven> {
  const {
    url,
    id = 'batch-1',
    workers = 2,
    rows = 10,
    canary,
    signal = new AbortController().signal,
  } = options
  const batch = batchOf(options)
  const waited: string[] = []
  await using ledger = new PostgresSliceLedger(url)
  const plan = {
    id,
    task: 'driven',
    definition: '',
    parameters: {},
    source: batch.source,
    leaseMs: batch.limits.leaseMs,
  }
  await using lead = await ledger.begin(plan)
  const drained = new AbortController()
  const working = Array.from({ length: workers }, (_, at) =>
    workAs(`worker ${at + 1}`, { ...options, id }, batch, drained.signal, (what) => {
      if (what !== undefined) waited.push(what)
      options.say?.(what)
    }),
  )
  try {
    const end = await Promise.race([
      leadBatch({
        lead,
        queue: undefined,
        definition: '',
        limits: batch.limits,
        sliceRows: () => rows,
        isSizeLive: false,
        pace: async () => undefined,
        canary,
        signal,
        isAway: (error) => ledger.isAway(error),
        tell: (tally, waiting) => {
          if (waiting !== undefined) waited.push(waiting)
          options.tell?.(tally, waiting)
        },
        silent: () => {},
      }),
      // a worker that ends before the batch has failed
      Promise.all(working).then(() => new Promise<never>(() => {})),
    ])
    return { end, waited }
  } finally {
    drained.abort()
    await Promise.allSettled(working)
  }
}

function batchOf(options: Drive): Batch {
  const work = 'statement' in options ? { statement: options.statement } : { process: options.process }
  return {
    ...{ task: 'driven', params: {}, source: options.source, size: { rows: 10 }, throttle: [] },
    ...{ limits: { ...limits, ...options.limits }, ...work },
  }
}

async function workAs(
  worker: string,
  { url, workerUrl = url, id = '' }: Drive,
  batch: Batch,
  drain: AbortSignal,
  say: (what: string | undefined) => void,
): Promise<void> {
  const { source, statement, limits } = batch
  await using ledger = new PostgresSliceLedger(workerUrl)
  const plan: WorkshopPlan = { batch: id, worker, source, leaseMs: limits.leaseMs, sliceMs: limits.sliceMs }
  const whole = statement === undefined ? plan : { ...plan, statement }
  const workshop = await openWhenThere(() => ledger.open(whole), ledger, { say, drain })
  const queue = new EmbeddedQueue(id, workshop, statement === undefined)
  await using own = makeBench(id, batch, '', workshop, (text) => text, queue)
  try {
    await workOnBatch({ own, other: async () => 'foreign', queue, drain, say, mayLeave: false })
  } finally {
    await queue[Symbol.asyncDispose]()
  }
}
