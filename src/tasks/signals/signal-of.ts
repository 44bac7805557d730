import type { SignalContext, ThrottleSignal } from '../throttle.ts'
import { numberLimit } from './limits.ts'

interface SignalOptions {
  /** For people: `queue length`. */
  readonly name: string
  /** For people, after the number. None unless stated. */
  readonly unit?: string
  /** What is still good, in that unit. */
  readonly max: number
  /** The reading now. What it throws, or rejects with, stops the batch until a later reading. */
  read(context: SignalContext): number | Promise<number>
}

/**
 * Any other signal, by a function of your own. It should heed its `signal`, which aborts when the reading is late.
 * Throws `TASK_BROKEN` for a `max` that can't be used.
 *
 * @example
 * signalOf({ name: 'mails waiting', max: 500, read: () => mails.count({ state: 'waiting' }) })
 */
export function signalOf({ name, unit = '', max, read }: SignalOptions): ThrottleSignal {
  return { name, unit, max: numberLimit(`signalOf "${name}"`, max), read: async (context) => read(context) }
}
