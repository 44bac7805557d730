import { PurserError, type Refusal, reasonOf } from '../core/errors.ts'
import type { Release } from '../environment/release.ts'
import type { RunRequest } from '../runs/events.ts'
import type { Gate } from './gate.ts'

/** Asks every gate, so that all that stands in the way is said at once. One that throws refuses. */
export async function passGates(
  gates: readonly Gate[],
  request: RunRequest,
  release: Release,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = []
  for (const gate of gates) {
    try {
      const verdict = await gate.check(request, release)
      if (typeof verdict === 'object') refusals.push(verdict)
    } catch (error) {
      refusals.push(whyNoAnswer(gate, error))
    }
  }
  return refusals
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
