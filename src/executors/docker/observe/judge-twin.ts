import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { ComparisonKey } from '../../../environment/probe/keyed.ts'
import { parseProbe } from '../../../environment/probe/parse.ts'
import type { Inspection, Judgement } from '../../executor.ts'
import type { Engine } from '../engine/engine.ts'
import type { HelperImage } from '../labels.ts'
import { complete, type Probed } from '../probe/probed.ts'
import { type DockerRelease, inspectContainer } from '../release/docker-release.ts'
import { withNodeAnswers } from './node-in-twin.ts'
import { observeContainer } from './observe-container.ts'

interface Judging {
  readonly inspection: Inspection
  readonly nonce: string
  readonly key: ComparisonKey
  readonly release: DockerRelease
  readonly own: ReadonlyMap<string, string>
  readonly helper: HelperImage
  /** What was seen of the app that the twin was made after. */
  readonly model: Probed
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
  { inspection, nonce, key, release, own, helper, model }: Judging,
): Promise<Judgement> {
  const container = await inspectContainer(engine, question.container)
  if (container === undefined) throw new TypeError('The twin was removed while it was looked at.')
  const { facts: seen, process, room } = complete(container, parseProbe(question.probe, { nonce, key }))
  if (process.program === undefined) throw commandNotFound(container.Config.Cmd ?? [])
  const facts = await withNodeAnswers(engine, container, { seen, process, model: model.facts, key, helper })
  return inspection.judge(
    observeContainer(engine, {
      container,
      image: release.image,
      neighbours: release.neighbours,
      serving: release.containers,
      probed: { facts, room, hasShell: model.hasShell },
      helper,
      own,
    }),
  )
}

function commandNotFound(command: readonly string[]): PurserError {
  const program = command[command.indexOf('--') + 1] ?? ''
  return new PurserError('COMMAND_NOT_FOUND', {
    message: `The program "${program}" is not in the image, or not on the app's PATH.`,
    remedy: 'Name it by its path in the image, or build it in. Nothing of the task ran.',
  })
}

function refusalOf(error: unknown) {
  if (error instanceof PurserError) return { code: error.code, message: error.message, remedy: error.remedy }
  return {
    code: 'GATE_FAILED',
    message: `The twin could not be compared with the app: ${reasonOf(error)}`,
    remedy: 'A check that could not run is never a pass. Mend what it says, and try again.',
  }
}
