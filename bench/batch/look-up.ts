import { latencyOf } from '../../src/tasks/signals/latency.ts'
import type { ThrottleSignal } from '../../src/tasks/throttle.ts'

/** What the throttled batch yields to: how long a look-up of one of its rows takes. */
export function lookUp(maxMs: number): ThrottleSignal {
  return latencyOf({ query: 'select applied from counted where id = 17', max: `${maxMs}ms` })
}
