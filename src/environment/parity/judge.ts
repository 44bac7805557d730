import type { Kind } from '../facts/kind.ts'
import { isHead, kindById } from '../facts/lookup.ts'
import { type ComparisonInput, reasonFor } from './input.ts'
import { isSame, type Look, lookUp, varies } from './look.ts'
import type { Difference, OwnDifference, Unobserved } from './report.ts'
import { isDecisive, kindOf, kindOfDifference } from './rules.ts'
import { describeDifference, describeMixture } from './words.ts'

/** What the comparison of one fact says. */
export interface Judgement {
  /** Whether both sides were seen and hold something to be compared. */
  readonly compared: boolean
  /** Whether it differs between the serving instances, in a way that tells nothing. */
  readonly varying: boolean
  readonly drifts: readonly Drift[]
  readonly unobserved: readonly Unobserved[]
  readonly own: readonly OwnDifference[]
}

export interface Drift {
  readonly kind: Kind
  readonly item: Difference
}

const nothing = { compared: false, varying: false, drifts: [], unobserved: [], own: [] } as const

/**
 * Judges one fact. The twin is equal when it is equal to any of the serving instances; also where these differ in a way that
 * tells nothing, it has to be as one of them is.
 */
export function judge(fact: string, input: ComparisonInput): Judgement {
  const app = input.app.map(({ facts }) => lookUp(facts, fact))
  const twin = lookUp(input.twin, fact)
  const mixed = varies(app)
  const decisive = isDecisive(fact, input)
  const mixture = mixed && decisive ? mixtureOf(fact, app, twin, input) : []
  const unobserved = unobservedOf(app, twin, input)
  if (unobserved.length > 0) return { ...nothing, drifts: mixture, unobserved }
  const compared = !isHead(fact)
  if (app.some((look) => isSame(look, twin)))
    return mixed && !decisive ? { ...nothing, varying: true } : { ...nothing, compared, drifts: mixture }
  return { ...nothing, compared, ...differenceOf(fact, app[0] ?? twin, twin, input, mixture) }
}

function mixtureOf(
  fact: string,
  app: readonly Look[],
  twin: Look,
  { own }: ComparisonInput,
): readonly Drift[] {
  if (reasonFor(own, fact, kindOf(fact).id) !== undefined) return []
  return [{ kind: kindById('mixed-releases'), item: describeMixture(fact, app, twin) }]
}

function differenceOf(
  fact: string,
  app: Look,
  twin: Look,
  input: ComparisonInput,
  mixture: readonly Drift[],
) {
  const kind = kindOfDifference(fact, app, twin, input)
  const why = reasonFor(input.own, fact, kind.id)
  if (why !== undefined) return { own: [{ fact, why }], drifts: mixture }
  return { drifts: [...mixture, { kind, item: describeDifference(fact, app, twin) }] }
}

/** Of the app's instances one that sees it is enough. */
function unobservedOf(app: readonly Look[], twin: Look, input: ComparisonInput): Unobserved[] {
  const seen = app.some(({ is }) => is !== 'unseen')
  return [
    ...(seen ? [] : app.slice(0, 1).flatMap((look) => toUnobserved('app', look, input))),
    ...toUnobserved('twin', twin, input),
  ]
}

function toUnobserved(
  side: Unobserved['side'],
  look: Look,
  { declared, own }: ComparisonInput,
): Unobserved[] {
  if (look.is !== 'unseen') return []
  const { fact, why } = look
  const { id, number, severity } = kindOf(fact)
  const reason = reasonFor(declared, fact, id) ?? reasonFor(own, fact, id)
  return [
    { kind: id, number, severity, side, fact, why, ...(reason === undefined ? {} : { declared: reason }) },
  ]
}
