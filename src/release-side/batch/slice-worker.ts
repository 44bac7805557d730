import type { Batch } from '../../batches/definition.ts'
import { resolveBatch } from '../../batches/definition.ts'
import { PaceKeeper } from '../../batches/pace-keeper.ts'
import { HandlerHung } from '../../batches/work-slice.ts'
import { workOnBatch } from '../../batches/worker.ts'
import { reasonOf } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SliceLedger } from '../../databases/slice-ledger.ts'
import type { DatabasePlace, QueuePlace } from '../../executors/executor.ts'
import { loadTask } from '../../tasks/discovery.ts'
import { validate } from '../../tasks/parameters/validate.ts'
import { type BatchTask, brand, paramsOf } from '../../tasks/task.ts'
import { type Backends, openQueue, openSliceLedger } from './backends.ts'

/** What a worker's process is told by the one that watches over it. */
export interface SliceWorkerOrder {
  readonly batch: string
  readonly name: string
  readonly file: string
  readonly definition: string
  readonly parameters: JsonObject
  readonly database: DatabasePlace
  readonly queue?: QueuePlace
}

/** What it tells: that it lives, that it has its task and its database, what it waits for, and that it ends on purpose. */
export type SliceWorkerWord =
  | { readonly says: 'alive' | 'begun' | 'over' }
  | { readonly says: 'waits'; readonly what: string | null }

const aliveEveryMs = 1_000

/**
 * Works on the slices of one batch, in a process of its own: a handler that exits, hangs or exhausts the memory takes
 * nothing else down. It ends with the batch, or on SIGTERM within the slice.
 */
export async function sliceWorker(backends: Backends): Promise<void> {
  const drain = new AbortController()
  process.on('SIGTERM', () => drain.abort())
  process.once('disconnect', () => drain.abort()) // whoever watched over it is dead
  const order = await new Promise<SliceWorkerOrder>((resolve) => process.once('message', resolve))
  const tell = (word: SliceWorkerWord) => void (process.connected && process.send?.(word))
  const beat = setInterval(() => tell({ says: 'alive' }), aliveEveryMs)
  try {
    const { task, params } = await loadBatch(order.file, order.parameters)
    const batch = resolveBatch(task, params)
    const ledger = await openSliceLedger(backends, order.database)
    await work(backends, ledger, batch, order, drain.signal, tell)
    tell({ says: 'over' })
  } catch (error) {
    // the task hangs for ever in this process, and for nobody else
    console.error(reasonOf(error))
    process.exit(error instanceof HandlerHung ? hungExit : 1)
  } finally {
    clearInterval(beat)
  }
  // not before its last word has left
  process.disconnect()
  process.exit(0)
}

/** What a worker ends with whose handler did not come back. */
const hungExit = 70

async function work(
  backends: Backends,
  ledger: SliceLedger,
  batch: Batch,
  { batch: id, name, definition, queue: place }: SliceWorkerOrder,
  drain: AbortSignal,
  tell: (word: SliceWorkerWord) => void,
): Promise<void> {
  const { source, statement, limits } = batch
  await using workshop = await ledger.open({
    batch: id,
    worker: name,
    source,
    leaseMs: limits.leaseMs,
    sliceMs: limits.sliceMs,
    ...(statement === undefined ? {} : { statement }),
  })
  await using queue =
    (await openQueue(backends, place, (sentence) => console.error(sentence))) ??
    (await backends.embedded(id, workshop, batch.process !== undefined))
  tell({ says: 'begun' })
  const say = (what: string | undefined) => tell({ says: 'waits', what: what ?? null })
  await workOnBatch({ workshop, queue, batch, definition, drain, say, pace: new PaceKeeper(workshop) })
}

/** A batch task and its parameters, checked as at its start. */
async function loadBatch(
  file: string,
  parameters: JsonObject,
): Promise<{ readonly task: BatchTask; readonly params: unknown }> {
  const task = await loadTask(process.cwd(), file)
  if (task[brand] !== 'batch') throw new TypeError(`${file} holds no batch any more.`)
  const checked = await validate(paramsOf(task), parameters)
  if ('value' in checked) return { task, params: checked.value }
  throw new TypeError(
    `The parameters are not valid: ${checked.problems.map(({ message }) => message).join('; ')}`,
  )
}
