import { list } from '../../core/text.ts'
import { acceptanceGaps, accepting } from './acceptances.ts'
import type { Evidence } from './evidence.ts'
import type { Finding } from './finding.ts'
import { causeOf } from './findings/failures.ts'
import { findingsOf } from './findings/index.ts'
import type { RehearsalPolicy } from './policy.ts'

/** `not-rehearsed`: something that must be seen was not, which is never a pass. */
export type VerdictWord = 'pass' | 'fail' | 'not-rehearsed'

export interface Verdict {
  readonly verdict: VerdictWord
  readonly findings: readonly Finding[]
  /** What was not looked at, or not seen, in sentences. */
  readonly gaps: readonly string[]
}

/**
 * What a rehearsal comes to. A migration that did not come over the wire, that wanted elsewhere, or that was killed, is
 * `not-rehearsed` whatever was found. Else what was found to fail, fails, whatever was not seen; and what had to be seen and was not makes it
 * `not-rehearsed`. What was switched off, masked or accepted is named, and lets it pass.
 */
export function judge(evidence: Evidence, policy: RehearsalPolicy, now: Date): Verdict {
  const found = findingsOf(evidence, policy)
  const findings = found.map((finding) => accepting(finding, policy.accepted, now))
  const missing = whatIsMissing(evidence)
  const gaps = [...missing, ...whatIsLess(evidence), ...acceptanceGaps(found, policy.accepted, now)]
  if (!isOnTheWire(evidence) || wasKilled(evidence)) return { verdict: 'not-rehearsed', findings, gaps }
  const isFailing = findings.some(({ weight, accepted }) => weight === 'fails' && accepted === undefined)
  if (isFailing || endedBadly(evidence)) return { verdict: 'fail', findings, gaps }
  return { verdict: missing.length > 0 ? 'not-rehearsed' : 'pass', findings, gaps }
}

/** Whether all that it did went over the wire. */
function isOnTheWire({ trace }: Evidence): boolean {
  return trace !== undefined && trace.statements.length > 0 && trace.end.escapes.length === 0
}

/** Whether somebody ended its command before its time: a timeout, the system for want of memory, an operator. */
function wasKilled({ trace }: Evidence): boolean {
  return typeof trace?.end.code === 'string'
}

/** Sentences about what had to be seen and was not. */
function whatIsMissing(evidence: Evidence): readonly string[] {
  const { trace, passes, unfaithful } = evidence
  return [
    ...(trace === undefined ? ['The migration was not seen at work.'] : []),
    ...(trace?.statements.length === 0
      ? ['No statement of the migration came over the wire: it worked elsewhere, or did nothing.']
      : []),
    ...(trace?.end.escapes ?? []).map(
      (place) => `It tried to reach ${place} beside its database, so that it may do more than was seen.`,
    ),
    ...(wasKilled(evidence) ? [`Its command was ended from outside (${trace?.end.code}).`] : []),
    ...serverFailure(evidence),
    ...unfaithful.map(
      ({ check, details }) => `The clone was not what production is (${check}): ${details.join('; ')}.`,
    ),
    ...passes
      .filter(({ result }) => result === 'failed')
      .map(({ pass, why }) => `The ${pass} pass could not be played: ${why ?? 'nobody knows why.'}`),
  ]
}

/** The clone's server, and not the migration, was why it failed. */
function serverFailure({ trace }: Evidence): readonly string[] {
  return (trace?.statements ?? []).flatMap(({ failure }, place) =>
    failure !== undefined && causeOf(failure.sqlState) === 'server'
      ? [
          `The clone's server failed (SQLSTATE ${failure.sqlState}) in statement ${place + 1}, which says nothing about the migration.`,
        ]
      : [],
  )
}

/** Its command says that it failed, and the clone's server is not why. */
function endedBadly(evidence: Evidence): boolean {
  const { trace } = evidence
  return trace !== undefined && trace.end.code !== 0 && serverFailure(evidence).length === 0
}

/** Sentences about what makes a verdict reach less far. */
function whatIsLess({ trace, passes, masked, compat, undo }: Evidence): readonly string[] {
  return [
    ...(compat?.lacking ?? []).map(({ what, grant }) => `It lacks ${what}. Give it: ${grant}.`),
    ...(undo?.untried ?? []).map(
      (table) => `The way back was not tried with a new row in ${table}: none could be written.`,
    ),
    ...passes
      .filter(({ result }) => result === 'off')
      .map(({ pass }) => `The ${pass} pass was switched off.`),
    ...(masked.length === 0
      ? []
      : [
          `Values of ${list(masked)} were masked: lengths, duplicates and bad values of production may be others.`,
        ]),
    ...(typeof trace?.end.code === 'number' && trace.end.code !== 0
      ? [`Its command ended with exit code ${trace.end.code}: what would have come after that was not seen.`]
      : []),
  ]
}
