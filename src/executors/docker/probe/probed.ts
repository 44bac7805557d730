import { PurserError } from '../../../core/errors.ts'
import type { ProbeAnswer } from '../../../environment/probe/answer.ts'
import type { ComparisonKey } from '../../../environment/probe/keyed.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { nameOf } from '../release/skews.ts'

/** What a whole answer tells. */
export type Probed = Extract<ProbeAnswer, { end: 'complete' }> & {
  /** Whether its image has a shell; without one a helper looked in from outside. */
  readonly hasShell: boolean
}

export interface ProbeOptions {
  readonly key: ComparisonKey
  /** An image with a static busybox, for containers without a shell. */
  readonly helper: HelperImage
  readonly signal: AbortSignal
}

export const shell = '/bin/sh'
export const probeLimitMs = 20_000

/** Throws `PROBE_FAILED` for an answer that is none. */
export function complete(
  container: ContainerInspect,
  answer: ProbeAnswer,
): Extract<ProbeAnswer, { end: 'complete' }> {
  if (answer.end === 'complete') return answer
  throw failed(
    container,
    answer.end === 'broken'
      ? answer.why
      : `its variables can be read by user ${answer.uid}:${answer.gid} only`,
  )
}

export function failed(container: ContainerInspect, why: string): PurserError {
  return new PurserError('PROBE_FAILED', {
    message: `Container ${nameOf(container)} can't be looked at, so that nothing can be proven of a twin: ${why.replace(/\.$/, '')}.`,
    remedy: 'Nothing of the task ran. Look whether it is healthy, and try again.',
  })
}
