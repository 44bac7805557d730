import type { ProbedProcess } from '../../../environment/probe/answer.ts'
import type { ComparisonKey } from '../../../environment/probe/keyed.ts'
import type { Facts } from '../../../environment/release.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { answersAlike, answersIn, givenElsewhere, hasNode } from '../probe/node-answers.ts'
import { askNode } from '../probe/probe-container.ts'

interface Twin {
  readonly seen: Facts
  readonly process: ProbedProcess
  /** What was seen of the app that it was made after. */
  readonly model: Facts
  readonly key: ComparisonKey
  readonly helper: HelperImage
}

/** A twin's facts with those that its node tells: the app's, where all that they follow from is the same, else its own. */
export async function withNodeAnswers(
  engine: Engine,
  container: ContainerInspect,
  { seen, process, model, key, helper }: Twin,
): Promise<Facts> {
  if (!hasNode(seen) || answersIn(seen).size > 0) return seen
  const signal = new AbortController().signal
  const answers = answersAlike(model, seen)
    ? givenElsewhere(answersIn(model), 'asked in the app')
    : await askNode(engine, container, { key, helper, signal }, process)
  return new Map([...seen, ...answers])
}
