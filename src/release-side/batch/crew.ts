import { setTimeout as sleep } from 'node:timers/promises'
import { backoff } from '../../batches/backoff.ts'
import { PurserError } from '../../core/errors.ts'
import type { SliceWorkerOrder } from './slice-worker.ts'
import { WorkerProcess } from './worker-process.ts'

interface CrewOptions {
  readonly size: number
  readonly order: Omit<SliceWorkerOrder, 'name'>
  /** Names the crew among all. */
  readonly name: string
  /** A worker is dead: what it held can be handed out again at once. */
  readonly dead: (worker: string) => Promise<void>
  readonly waits: (what: string | undefined) => void
}

const restart = { firstMs: 50, mostMs: 5_000 }
const mostFalseStarts = 5

function uselessWorkers(): PurserError {
  return new PurserError('BATCH_WORKERS_USELESS', {
    message: `The batch's workers end before they begin, ${mostFalseStarts} times in a row; what they said is in the output.`,
    remedy: 'Mend what they name. `purser replay` does what the batch left undone.',
  })
}

/**
 * The workers of one batch in one twin. They start at once, and touch nothing until the batch has begun. Whoever dies is
 * replaced, until the crew is told to end.
 */
export class Crew {
  readonly #options: CrewOptions
  readonly #workers = new Map<string, WorkerProcess>()
  readonly #places: readonly Promise<void>[]
  #hasBegun = false
  #isEnding = false
  #made = 0
  /** Rejects when workers die before they begin, again and again. */
  readonly failed: Promise<never>
  #fail: (error: Error) => void = () => {}

  constructor(options: CrewOptions) {
    this.#options = options
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
    this.#places = Array.from({ length: options.size }, () => this.#keepPlace())
  }

  /** Kills those of these that are this crew's: they were not heard of. */
  kill(workers: readonly string[]): void {
    for (const name of workers) this.#workers.get(name)?.kill()
  }

  /** The batch is on record: its slices may be worked on. */
  begin(): void {
    this.#hasBegun = true
    for (const worker of this.#workers.values()) worker.begin()
  }

  /** Lets all end within their slices. */
  async drain(): Promise<void> {
    this.#isEnding = true
    for (const worker of this.#workers.values()) worker.drain()
    await this.ended()
  }

  /** Resolves when the last one has ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#places)
  }

  async #keepPlace(): Promise<void> {
    const { order, name, dead, waits } = this.#options
    for (let falseStarts = 0; !this.#isEnding; ) {
      this.#made += 1
      const worker = new WorkerProcess({ ...order, name: `${name}/${this.#made}` }, waits)
      this.#workers.set(worker.name, worker)
      if (this.#hasBegun) worker.begin()
      const { hadBegun, isOver } = await worker.ended
      this.#workers.delete(worker.name)
      if (isOver || (this.#isEnding && !hadBegun)) return // with the batch, or drained
      await dead(worker.name).catch(() => {}) // its lease ends by itself
      falseStarts = hadBegun ? 0 : falseStarts + 1
      if (falseStarts >= mostFalseStarts) {
        return this.#fail(uselessWorkers())
      }
      if (!this.#isEnding) await sleep(backoff(falseStarts, restart))
    }
  }
}
