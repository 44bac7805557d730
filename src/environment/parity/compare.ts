import { blocks, isDark } from './blocking.ts'
import type { ComparisonInput } from './input.ts'
import { reasonFor } from './input.ts'
import { type Drift, judge } from './judge.ts'
import { lookUp } from './look.ts'
import type { Difference, Finding, ParityReport, Unobserved } from './report.ts'
import { isCompared, isRecorded } from './rules.ts'
import { describeDifference } from './words.ts'

const ranks = { block: 0, warn: 1, info: 2 } as const

/** Compares a twin with the app. */
export function compareFacts(input: ComparisonInput): ParityReport {
  const facts = comparedFacts(input)
  const judgements = facts.map((fact) => judge(fact, input))
  const findings = collectFindings(
    judgements.flatMap(({ drifts }) => drifts),
    input,
  )
  const unobserved = withoutRepetition(judgements.flatMap((judgement) => judgement.unobserved))
  return {
    verdict: verdictOf(findings, unobserved, input.unobserved ?? 'block'),
    compared: judgements.filter(({ compared }) => compared).length,
    findings,
    unobserved,
    varying: facts.filter((_, at) => judgements[at]?.varying),
    own: judgements.flatMap(({ own }) => own),
    recorded: recordedFacts(input),
  }
}

function recordedFacts({ app: [model], twin }: ComparisonInput): Difference[] {
  const app = model?.facts ?? new Map()
  return [...new Set([...app.keys(), ...twin.keys()])]
    .filter(isRecorded)
    .sort()
    .map((fact) => describeDifference(fact, lookUp(app, fact), lookUp(twin, fact)))
}

function comparedFacts({ app, twin }: ComparisonInput): string[] {
  const all = new Set([...app.flatMap(({ facts }) => [...facts.keys()]), ...twin.keys()])
  return [...all].filter(isCompared).sort()
}

/** One finding for all that a kind has with the same declaration, or with none. */
function collectFindings(drifts: readonly Drift[], { declared }: ComparisonInput): Finding[] {
  const groups = new Map<string, { drifts: [Drift, ...Drift[]]; reason: string | undefined }>()
  for (const drift of drifts) {
    const reason = reasonFor(declared, drift.item.fact, drift.kind.id)
    const key = JSON.stringify([drift.kind.id, reason])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { drifts: [drift], reason })
    else group.drifts.push(drift)
  }
  return [...groups.values()]
    .map(({ drifts: [first, ...others], reason }) => toFinding(first, others, reason))
    .sort((a, b) => ranks[a.severity] - ranks[b.severity] || a.number - b.number)
}

function toFinding({ kind, item }: Drift, others: readonly Drift[], reason: string | undefined): Finding {
  return {
    kind: kind.id,
    number: kind.number,
    severity: kind.severity,
    title: kind.title,
    harm: kind.harm,
    items: [item, ...others.map((other) => other.item)],
    ...(reason === undefined ? {} : { declared: reason }),
  }
}

/** A list that could not be seen is told once, not for each of the other side's items. */
function withoutRepetition(unobserved: readonly Unobserved[]): Unobserved[] {
  return [...new Map(unobserved.map((one) => [`${one.side} ${one.fact}`, one])).values()]
}

function verdictOf(
  findings: readonly Finding[],
  unobserved: readonly Unobserved[],
  does: 'block' | 'warn',
): ParityReport['verdict'] {
  if (findings.some(blocks) || (does === 'block' && unobserved.some(isDark))) return 'blocked'
  return findings.length + unobserved.length > 0 ? 'differs' : 'same'
}
