import { type Bench, makeBench } from '../../batches/bench.ts'
import { type Batch, resolveBatch } from '../../batches/definition.ts'
import type { JsonObject } from '../../core/json.ts'
import type { OpenBatch, SliceLedger, SliceWorkshop } from '../../databases/slice-ledger.ts'
import { loadTask } from '../../tasks/discovery.ts'
import { validate } from '../../tasks/parameters/validate.ts'
import { brand, paramsOf } from '../../tasks/task.ts'
import { findBatches, type KnownBatch } from './known-batches.ts'
import { redact } from './redact.ts'

/** A batch of a task file, its parameters checked as at its start. */
export async function loadBatch(file: string, parameters: JsonObject): Promise<Batch> {
  const task = await loadTask(process.cwd(), file)
  if (task[brand] !== 'batch') throw new TypeError(`${file} holds no batch any more.`)
  const checked = await validate(paramsOf(task), parameters)
  if ('value' in checked) return resolveBatch(task, checked.value)
  throw new TypeError(
    `The parameters are not valid: ${checked.problems.map(({ message }) => message).join('; ')}`,
  )
}

/** Opens a worker's side of a batch that is on record, or as soon as it is. */
export function openWorkshop(
  ledger: SliceLedger,
  id: string,
  worker: string,
  { source, statement, limits }: Batch,
  begun?: Promise<void>,
): Promise<SliceWorkshop> {
  const { leaseMs, sliceMs } = limits
  const change = statement === undefined ? {} : { statement }
  return ledger.open({ batch: id, worker, source, leaseMs, sliceMs, ...change }, begun)
}

const lookAgainMs = 5_000

/** Other batches of the same database whose hints come over the same queue: each is opened when one does. */
export class OtherBatches implements AsyncDisposable {
  readonly #ledger: SliceLedger
  readonly #worker: string
  readonly #folders: readonly string[]
  readonly #benches = new Map<string, Bench>()
  #tasks: Promise<ReadonlyMap<string, KnownBatch>> | undefined
  #open: readonly OpenBatch[] = []
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(ledger: SliceLedger, worker: string, folders: readonly string[]) {
    this.#ledger = ledger
    this.#worker = worker
    this.#folders = folders
  }

  /** `over` for one that is not open, also one of no database that is known here; `foreign` without its very task. */
  async bench(id: string): Promise<Bench | 'over' | 'foreign'> {
    const batch = await this.#find(id)
    if (batch === undefined) return 'over'
    const existing = this.#benches.get(id)
    if (existing !== undefined) return existing
    this.#tasks ??= findBatches(this.#folders)
    const known = (await this.#tasks).get(batch.task)
    if (known?.definition !== batch.definition) return 'foreign'
    const bench = await this.#set(batch, known)
    this.#benches.set(id, bench)
    return bench
  }

  async #set({ id, parameters }: OpenBatch, { file, definition }: KnownBatch): Promise<Bench> {
    const batch = await loadBatch(file, parameters)
    return makeBench(id, batch, definition, await openWorkshop(this.#ledger, id, this.#worker, batch), redact)
  }

  async #find(id: string): Promise<OpenBatch | undefined> {
    const isOld = performance.now() - this.#lookedAt > lookAgainMs
    if (isOld || !this.#open.some((batch) => batch.id === id)) {
      this.#open = await this.#ledger.openBatches()
      this.#lookedAt = performance.now()
    }
    return this.#open.find((batch) => batch.id === id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#benches.values()].map((bench) => bench[Symbol.asyncDispose]()))
  }
}
