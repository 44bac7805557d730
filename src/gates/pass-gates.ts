import { PurserError, type Refusal, reasonOf } from '../core/errors.ts'
import type { Release } from '../environment/release.ts'
import type { RunRequest } from '../runs/events.ts'
import type { Gate, Needless } from './gate.ts'

/** What gates have answered: all that stands in the way, and whether there is nothing to do. */
export interface Answers extends Partial<Needless> {
  readonly refusals: readonly Refusal[]
}

/** Asks every gate, so that all that stands in the way is said at once. One that throws refuses. */
export async function passGates(
  gates: readonly Gate[],
  request: RunRequest,
  release: Release,
): Promise<Answers> {
  const refusals: Refusal[] = []
  let needless: Partial<Needless> = {}
  for (const gate of gates) {
    try {
      const verdict = await gate.check(request, release)
      if (typeof verdict === 'string') continue
      if ('needless' in verdict) needless = verdict
      else refusals.push(verdict)
    } catch (error) {
      refusals.push(whyNoAnswer(gate, error))
    }
  }
  return { refusals, ...needless }
}

/** What has a code of its own says by itself what to do about it. */
function whyNoAnswer({ name }: Gate, error: unknown): Refusal {
  if (error instanceof PurserError) {
    const { code, message, remedy } = error
    return { code, message, remedy }
  }
  return {
    code: 'GATE_FAILED',
    message: `The gate "${name}" could not answer: ${reasonOf(error)}.`,
    remedy: 'A check that could not run is never a pass. Mend what it says, and try again.',
  }
}
