import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { Inspection, Judgement } from '../../executor.ts'
import type { Engine } from '../engine/engine.ts'
import { inspectContainer } from '../release/docker-release.ts'
import { observeTwin, type TwinBackground } from './observe-twin.ts'

interface Judging extends TwinBackground {
  readonly inspection: Inspection
  readonly nonce: string
}

/** Answers a supervisor whose twin waits. A judgement that can't be made is a refusal. */
export async function judgeTwin(engine: Engine, question: Json, judging: Judging): Promise<Json> {
  try {
    const judgement = await judge(engine, question as { container: string; probe: string }, judging)
    return judgement as unknown as Json
  } catch (error) {
    return { refusals: [refusalOf(error)] } satisfies Record<string, unknown> as unknown as Json
  }
}

async function judge(
  engine: Engine,
  question: { readonly container: string; readonly probe: string },
  { inspection, nonce, ...background }: Judging,
): Promise<Judgement> {
  const container = await inspectContainer(engine, question.container)
  if (container === undefined) throw new TypeError('The twin was removed while it was looked at.')
  return inspection.judge(await observeTwin(engine, container, { text: question.probe, nonce }, background))
}

function refusalOf(error: unknown) {
  if (error instanceof PurserError) return { code: error.code, message: error.message, remedy: error.remedy }
  return {
    code: 'GATE_FAILED',
    message: `The twin could not be compared with the app: ${reasonOf(error)}`,
    remedy: 'A check that could not run is never a pass. Mend what it says, and try again.',
  }
}
