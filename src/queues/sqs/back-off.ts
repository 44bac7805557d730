import type { FailureKind } from './failures.ts'
import { jittered } from './within.ts'

/** The first pause after a poll that failed, and the longest, in milliseconds. */
const pauses: Readonly<Record<FailureKind, readonly [firstMs: number, mostMs: number]>> = {
  throttled: [500, 5_000],
  'over-limit': [1_000, 5_000],
  // The name of a deleted queue is blocked for 60 s.
  gone: [500, 3_000],
  refused: [1_000, 10_000],
  failing: [200, 3_000],
  unreachable: [100, 3_000],
}

/** How long to wait before the next poll, after so many failures in a row. */
export function backOff(kind: FailureKind, failures: number): number {
  const [firstMs, mostMs] = pauses[kind]
  return jittered(failures, firstMs, mostMs)
}
