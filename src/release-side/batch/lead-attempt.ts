import { setTimeout as sleep } from 'node:timers/promises'
import { type Batch, resolveBatch } from '../../batches/definition.ts'
import { type LeadEnd, leadBatch } from '../../batches/lead.ts'
import { exitCodes } from '../../core/errors.ts'
import { count } from '../../core/text.ts'
import type { BatchLead, SliceLedger, Tally } from '../../databases/slice-ledger.ts'
import type { Assignment, BatchOrder } from '../../executors/executor.ts'
import type { Queue } from '../../queues/queue.ts'
import type { Report } from '../../runs/reports.ts'
import type { BatchTask } from '../../tasks/task.ts'
import { type Backends, openQueue, openSliceLedger } from './backends.ts'
import { Crew } from './crew.ts'
import { definitionDigest } from './definition-digest.ts'
import { drainQueue } from './drain-queue.ts'
import { dryRun } from './dry-run.ts'
import { openWhenThere } from './open-when-there.ts'
import { Pacing } from './pacing.ts'
import { Rate } from './rate.ts'
import { Unattended } from './unattended.ts'

/** A task's attempt that leads a batch. */
export type LeadAssignment = Extract<Assignment, { kind: 'task' }> & { readonly batch: BatchOrder }

/** Leads a batch to its end, or until it is to rest. Returns the process's exit code. */
export async function leadAttempt(
  backends: Backends,
  assignment: LeadAssignment,
  task: BatchTask,
  params: unknown,
  tell: (report: Report) => void,
): Promise<number> {
  const { run, file, parameters, batch: order } = assignment
  const batch = resolveBatch(task, params)
  await using ledger = await openSliceLedger(backends, order.database)
  if (order.isDryRun === true) return await dryRun(ledger, batch, run)
  const id = order.id ?? run
  const definition = await definitionDigest(file)
  const { source, statement, limits } = batch
  const plan = {
    ...{ id, task: task.name, definition, parameters, source, leaseMs: limits.leaseMs },
    ...(statement === undefined ? {} : { statement }),
  }
  const open = <T>(what: () => Promise<T>) =>
    isFirst(assignment) ? what() : openWhenThere(what, ledger, { say: sayTo(tell), drain: never })
  await using leading = new Leading({ assignment, id, ledger, batch, definition, tell })
  // first, so that a broker that is not there leaves nothing behind in the database
  await using queue = await open(() =>
    openQueue(backends, order.queue, (sentence) => console.error(sentence)),
  )
  await using lead = await open(() => ledger.begin(plan))
  try {
    return await leading.toItsEnd(lead, queue)
  } catch (error) {
    await lead.move('failed').catch(() => {}) // its workers stop when they see that nobody leads it
    throw error
  }
}

const never = new AbortController().signal

/** A run whose first attempt finds no database or broker has failed, and nothing was done; a later one waits for them. */
function isFirst({ run, attempt }: LeadAssignment): boolean {
  return attempt === `${run}.1`
}

function sayTo(tell: (report: Report) => void): (what: string | undefined) => void {
  return (what) => tell({ kind: 'progress', done: 0, ...(what === undefined ? {} : { label: what }) })
}

interface LeadingOptions {
  readonly assignment: LeadAssignment
  readonly id: string
  readonly ledger: SliceLedger
  readonly batch: Batch
  readonly definition: string
  readonly tell: (report: Report) => void
}

const cancelReachesUsMs = 10_000

/** One lead at work: the batch, its workers beside it, which start at once, and what slows them. */
class Leading implements AsyncDisposable {
  readonly #options: LeadingOptions
  readonly #stop = new AbortController()
  readonly #rate = new Rate()
  readonly #unattended = new Unattended()
  readonly #crew: Crew
  #waits: string | undefined

  constructor(options: LeadingOptions) {
    this.#options = options
    this.#crew = this.#gather()
  }

  /** Leads a batch that is on record. `queue` is `undefined` where the slice ledger itself is the queue. */
  async toItsEnd(lead: BatchLead, queue: Queue | undefined): Promise<number> {
    process.on('SIGTERM', () => this.#stop.abort())
    const { assignment, ledger, batch, definition } = this.#options
    await using pacing = new Pacing(ledger, lead, batch)
    const crew = this.#crew
    crew.begin()
    try {
      const end = await Promise.race([
        crew.failed,
        leadBatch({
          lead,
          queue,
          definition,
          limits: batch.limits,
          sliceRows: () => pacing.rows,
          isSizeLive: 'targetMs' in batch.size || batch.throttle.length > 0,
          pace: (tally) => pacing.keep(tally),
          canary: assignment.batch.canary,
          signal: this.#stop.signal,
          isAway: (error) => ledger.isAway(error),
          tell: (tally, limiting) => this.#tell(tally, limiting),
          silent: (workers) => crew.kill(workers),
        }),
      ])
      await crew.drain()
      // what a broker that is away keeps is taken off by whoever meets it
      if (end.state === 'finished' && queue !== undefined) await drainQueue(queue, lead.batch).catch(() => {})
      return await this.#end(lead, end)
    } finally {
      await crew.drain()
    }
  }

  #gather(): Crew {
    const { assignment, id, ledger, definition } = this.#options
    const { file, parameters, attempt, batch: order } = assignment
    const queue = order.queue === undefined ? {} : { queue: order.queue }
    return new Crew({
      size: order.workers,
      name: attempt,
      order: {
        batch: id,
        file,
        definition,
        parameters,
        database: order.database,
        folders: order.folders,
        mayLeave: false,
        ...queue,
      },
      dead: (worker) => ledger.release(id, worker),
      waits: (what) => {
        this.#waits = what
      },
    })
  }

  #tell(tally: Tally, limiting: string | undefined, last: Pick<Report, 'rests' | 'isOver'> = {}): void {
    const idle = this.#unattended.see(tally)
    const words = [
      'rows',
      ...(tally.buried === 0 ? [] : [`(${tally.buried} buried)`]),
      ...[limiting ?? this.#waits ?? idle ?? retrying(tally)].flatMap((word) =>
        word === undefined ? [] : [word],
      ),
    ]
    const perSecond = this.#rate.see(tally.rows)
    this.#options.tell({
      kind: 'progress',
      done: tally.rows,
      ...(perSecond === undefined ? {} : { perSecond }),
      // what is buried will not be done here
      total: Math.max(tally.rows, tally.totalRows - tally.buried),
      label: words.join('  '),
      ...last,
    })
  }

  async #end(lead: BatchLead, end: LeadEnd): Promise<number> {
    switch (end.state) {
      case 'finished':
        this.#tell(end.tally, undefined, { isOver: true })
        console.log(summary(end.tally))
        return 0
      case 'failed':
        this.#tell(end.tally, undefined)
        console.error(`The batch failed: ${end.why ?? 'it was ended'}. ${summary(end.tally)}`)
        return 1
      case 'paused':
        this.#tell(end.tally, undefined, { rests: end.why ?? 'somebody asked for it' })
        return 0
      case 'cancelled':
        // whoever cancelled it stops this process too
        if (!this.#stop.signal.aborted)
          await sleep(cancelReachesUsMs, undefined, { signal: this.#stop.signal }).catch(() => {})
        return exitCodes.cancelled
      case 'interrupted':
        await lead.move('paused')
        return exitCodes.cancelled
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crew.drain()
  }
}

function retrying({ error }: Tally): string | undefined {
  return error === undefined ? undefined : `tried again: ${error}`
}

function summary({ rows, slices, buried }: Tally): string {
  const lost = buried === 0 ? '' : ` ${count(buried, 'row is', 'rows are')} buried.`
  return `${count(rows, 'row')} in ${count(slices, 'slice')} done.${lost}`
}
