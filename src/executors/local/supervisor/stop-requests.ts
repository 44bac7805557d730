import type { Outcome } from '../../../runs/outcomes.ts'
import { type Containment, signalAll } from './containment.ts'
import type { Order } from './order.ts'

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

  /** From now on there is a task to stop. */
  obey({ timeoutMs, graceMs }: Order, containment: Containment): void {
    this.#stop = () => {
      signalAll(containment, 'SIGTERM')
      signalAll(containment, 'SIGCONT') // what is suspended can't act on SIGTERM
      setTimeout(() => void containment.kill(), graceMs).unref()
    }
    if (this.#asked !== undefined) this.#stop()
    if (timeoutMs === undefined) return
    this.#limit = setTimeout(() => this.#ask({ end: 'timed-out', afterMs: timeoutMs }), timeoutMs)
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
