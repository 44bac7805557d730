import { makeBench } from '../../batches/bench.ts'
import { ClaimAhead } from '../../batches/claim-ahead.ts'
import type { Batch } from '../../batches/definition.ts'
import type { Ahead } from '../../batches/leases.ts'
import { HandlerHung } from '../../batches/work-slice.ts'
import { workOnBatch } from '../../batches/worker.ts'
import { PurserError, reasonOf } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SliceLedger } from '../../databases/slice-ledger.ts'
import type { DatabasePlace, QueuePlace } from '../../executors/executor.ts'
import type { Queue } from '../../queues/queue.ts'
import { endProcess } from '../end-process.ts'
import { type Backends, openQueue, openSliceLedger } from './backends.ts'
import { loadBatch, OtherBatches, openWorkshop } from './benches.ts'
import { definitionDigest } from './definition-digest.ts'
import { openWhenThere } from './open-when-there.ts'
import { redact } from './redact.ts'

/** What a worker's process is told by the one that watches over it. */
export interface SliceWorkerOrder {
  readonly batch: string
  readonly name: string
  readonly file: string
  readonly definition: string
  readonly parameters: JsonObject
  readonly database: DatabasePlace
  readonly queue?: QueuePlace
  readonly folders: readonly string[]
  /** Whether it ends after a while without work, so that its place can go to another batch. */
  readonly mayLeave: boolean
}

/** What it tells: that it lives, that it has its task and its database, what it waits for, and that it ends on purpose. */
export type SliceWorkerWord =
  | { readonly says: 'alive' | 'begun' | 'over' }
  | { readonly says: 'waits'; readonly what: string | null }

type Tell = (word: SliceWorkerWord) => void

interface Ordered {
  readonly order: SliceWorkerOrder
  /** Resolves when the batch is on record. */
  readonly begun: Promise<void>
}

const aliveEveryMs = 1_000

/**
 * Works on the slices of one batch, in a process of its own: a handler that exits, hangs or exhausts the memory takes
 * nothing else down. Its first message is the order, the second says that the batch is on record. It ends with the
 * batch, or on SIGTERM within the slice.
 */
export async function sliceWorker(backends: Backends): Promise<void> {
  const drain = new AbortController()
  process.on('SIGTERM', () => drain.abort())
  process.once('disconnect', () => drain.abort()) // whoever watched over it is dead
  const ordered = await hearOrder()
  const { order, begun } = ordered
  const tell = (word: SliceWorkerWord) => void (process.connected && process.send?.(word))
  const beat = setInterval(() => tell({ says: 'alive' }), aliveEveryMs)
  endUnlessBegun(begun, drain.signal, tell)
  try {
    await checkDefinition(order)
    const batch = await loadBatch(order.file, order.parameters)
    const ledger = await openSliceLedger(backends, order.database)
    await work(backends, ledger, batch, ordered, drain.signal, tell)
    await endWellWith(tell)
  } catch (error) {
    // the task hangs for ever in this process, and for nobody else
    console.error(redact(sentenceOf(error)))
    await endProcess(error instanceof HandlerHung ? hungExit : 1)
  } finally {
    clearInterval(beat)
  }
}

/** Both messages may come at once. */
function hearOrder(): Promise<Ordered> {
  return new Promise((resolve) => {
    process.once('message', (order: SliceWorkerOrder) => {
      const begun = new Promise<void>((begin) => process.once('message', () => begin()))
      resolve({ order, begun })
    })
  })
}

/** Nothing is held before, and there may be nothing to be held. */
function endUnlessBegun(begun: Promise<void>, drain: AbortSignal, tell: Tell): void {
  const end = () => void endWellWith(tell)
  drain.addEventListener('abort', end)
  if (drain.aborted) end()
  void begun.then(() => drain.removeEventListener('abort', end))
}

async function endWellWith(tell: Tell): Promise<never> {
  tell({ says: 'over' })
  // not before its last word has left
  if (process.connected) process.disconnect()
  return endProcess(0)
}

/** A file that was changed since its batch began would do the rest of it in another way. */
async function checkDefinition({ file, definition }: SliceWorkerOrder): Promise<void> {
  if ((await definitionDigest(file)) === definition) return
  throw new TypeError(
    `${file} was changed since the batch began: its slices are left to who has it as it was.`,
  )
}

function sentenceOf(error: unknown): string {
  return error instanceof PurserError
    ? `${error.message}\n  → ${error.remedy}  ${error.code}`
    : reasonOf(error)
}

/** What a worker ends with whose handler did not come back. */
const hungExit = 70

async function work(
  backends: Backends,
  ledger: SliceLedger,
  batch: Batch,
  { order, begun }: Ordered,
  drain: AbortSignal,
  tell: Tell,
): Promise<void> {
  const { batch: id, name, definition, folders, mayLeave, queue: place } = order
  const say = (what: string | undefined) => tell({ says: 'waits', what: what ?? null })
  // the lead was there a moment ago, and so were database and broker
  const whenThere = <T>(open: () => Promise<T>) => openWhenThere(open, ledger, { say, drain })
  const [workshop, transport] = await Promise.all([
    whenThere(() => openWorkshop(ledger, id, name, batch, begun)),
    whenThere(() => openQueue(backends, place, (sentence) => console.error(sentence))),
  ])
  const isRisky = batch.process !== undefined
  const queue: Queue & Ahead =
    transport === undefined
      ? await backends.embedded(id, workshop, isRisky)
      : isRisky
        ? transport
        : new ClaimAhead(transport, { batch: id, definition, workshop })
  await using own = makeBench(id, batch, definition, workshop, redact, queue)
  await using others = new OtherBatches(ledger, name, folders)
  tell({ says: 'begun' })
  try {
    await workOnBatch({ own, other: (other) => others.bench(other), queue, drain, say, mayLeave })
  } finally {
    // before the workshop: what it has claimed ahead is given back there
    await queue[Symbol.asyncDispose]()
  }
}
