import type { Outcome } from '../runs/outcomes.ts'
import type { Order } from './order.ts'

/** How a task is made to end. */
export interface Stoppable {
  /** Asks it to: SIGTERM to all that can be reached. */
  ask(): void
  /** Ends what is left of it. */
  kill(): void
}

/**
 * Stops the task when its time is up, or when this process gets SIGTERM. Made before anybody can know whom to send it
 * to: one that comes while there is no task yet counts too.
 */
export class StopRequests {
  #asked: Outcome | undefined
  #stop: (() => void) | undefined
  #limit: NodeJS.Timeout | undefined

  constructor() {
    process.on('SIGTERM', () => this.#ask({ end: 'stopped', signal: 'SIGTERM' }))
  }

  /** From now on there is something to stop. */
  obey({ graceMs }: Order, task: Stoppable): void {
    this.#stop = () => {
      task.ask()
      setTimeout(() => task.kill(), graceMs).unref()
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

  /** What was asked for before the task ended by itself. */
  end(): Outcome | undefined {
    clearTimeout(this.#limit)
    return this.#asked
  }

  #ask(outcome: Outcome): void {
    if (this.#asked !== undefined) return
    this.#asked = outcome
    this.#stop?.()
  }
}
