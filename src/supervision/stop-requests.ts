import type { Outcome } from '../runs/outcomes.ts'
import type { Order } from './order.ts'

/** How a task is made to end. Both tell whether there was something to tell it to. */
export interface Stoppable {
  /** Asks it to: SIGTERM to all that can be reached. */
  ask(): Promise<boolean>
  /** Ends what is left of it. */
  kill(): Promise<boolean>
}

/**
 * Stops the task when its time is up, or when this process gets SIGTERM. Made before anybody can know whom to send it
 * to: one that comes while there is no task yet counts too.
 */
export class StopRequests {
  #asked: Outcome | undefined
  #stop: (() => void) | undefined
  #limit: NodeJS.Timeout | undefined
  /** What was told to the task: it ended by itself where none of it had reached it. */
  readonly #told: Promise<boolean>[] = []

  constructor() {
    process.on('SIGTERM', () => this.#ask({ end: 'stopped', signal: 'SIGTERM' }))
  }

  /** From now on there is something to stop. */
  obey({ graceMs }: Order, task: Stoppable): void {
    this.#stop = () => {
      this.#told.push(task.ask())
      setTimeout(() => this.#told.push(task.kill()), graceMs).unref()
    }
    if (this.#asked !== undefined) this.#stop()
  }

  /** From now on the task's time runs. */
  limit({ timeoutMs }: Order): void {
    if (timeoutMs === undefined) return
    this.#limit = setTimeout(() => this.#ask({ end: 'timed-out', afterMs: timeoutMs }), timeoutMs)
  }

  /** What was asked for so far. */
  get asked(): Outcome | undefined {
    return this.#asked
  }

  /** What was asked for, and had reached the task before it ended by itself. */
  async end(): Promise<Outcome | undefined> {
    clearTimeout(this.#limit)
    const reached = await Promise.all(this.#told)
    return reached.includes(true) ? this.#asked : undefined
  }

  #ask(outcome: Outcome): void {
    if (this.#asked !== undefined) return
    this.#asked = outcome
    this.#stop?.()
  }
}
