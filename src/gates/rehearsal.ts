import type { Refusal } from '../core/errors.ts'
import { count, duration } from '../core/text.ts'
import type { RehearsalRecord, Subject } from '../runs/rehearsal.ts'
import type { Gate, Needless } from './gate.ts'

/** A rehearsal that is on record. */
export interface KnownRehearsal {
  readonly run: string
  /** Digest of the release that it was of. */
  readonly release: string
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number
  readonly record: RehearsalRecord
}

/** What is about to be run. */
export interface AskedMigration {
  readonly task: string
  readonly environment: string
  readonly subject: Subject
  readonly release: string
}

/** How old a rehearsal may be, in milliseconds, and the time now. */
export interface Freshness {
  readonly maxAgeMs: number
  readonly now: number
}

/** What a migration is weighed by. */
export interface Weighed {
  readonly asked: AskedMigration
  readonly known: readonly KnownRehearsal[]
  readonly freshness: Freshness
}

/** Refuses a migration that has no passing rehearsal of exactly what is about to be run. Nothing needs none. */
export function rehearsalGate(ask: () => Promise<Weighed | Needless>): Gate {
  return {
    name: 'rehearsal',
    check: async () => {
      const weighed = await ask()
      if ('needless' in weighed) return weighed
      const { asked, known, freshness } = weighed
      const found = passingRehearsal(asked, known, freshness)
      return 'code' in found ? found : 'pass'
    },
  }
}

/** The newest rehearsal of exactly what is about to be run, where it has passed and is fresh; else why that may not be run. */
export function passingRehearsal(
  asked: AskedMigration,
  known: readonly KnownRehearsal[],
  { maxAgeMs, now }: Freshness,
): KnownRehearsal | Refusal {
  const byAge = [...known].sort((one, other) => other.at - one.at)
  const [newest] = byAge
  if (newest === undefined) return missing(asked)
  const rehearsal = byAge.find((one) => differences(asked, one).length === 0)
  // of one that was never played nobody knows what it would have been of
  if (rehearsal === undefined)
    return newest.record.content === '' ? failed(asked, newest) : differs(asked, newest)
  if (rehearsal.record.verdict !== 'pass') return failed(asked, rehearsal)
  const ageMs = now - rehearsal.at
  return ageMs > maxAgeMs || ageMs < 0 ? stale(asked, rehearsal, { maxAgeMs, now }) : rehearsal
}

function differences(
  { subject, release }: AskedMigration,
  { record, release: rehearsed }: KnownRehearsal,
): string[] {
  return [
    record.content === subject.content ? undefined : 'its content',
    record.startingSchema === subject.startingSchema ? undefined : 'the schema that it begins with',
    record.identity === subject.identity ? undefined : 'the database',
    release === rehearsed ? undefined : 'the release',
  ].filter((part) => part !== undefined)
}

function again({ task, environment }: AskedMigration): string {
  return `Rehearse it: \`purser rehearse ${task} -e ${environment}\`.`
}

function missing(asked: AskedMigration): Refusal {
  return {
    code: 'REHEARSAL_MISSING',
    message: `Migration "${asked.task}" was never rehearsed for ${asked.environment}.`,
    remedy: again(asked),
  }
}

function differs(asked: AskedMigration, newest: KnownRehearsal): Refusal {
  const parts = differences(asked, newest)
  const words = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0]
  return {
    code: 'REHEARSAL_DIFFERS',
    message: `Migration "${asked.task}" is not what was rehearsed: since run ${newest.run}, ${words} ${parts.length > 1 ? 'have' : 'has'} changed.`,
    remedy: again(asked),
  }
}

function failed(asked: AskedMigration, { run, record: { verdict, findings } }: KnownRehearsal): Refusal {
  const failing = findings.filter(({ weight, accepted }) => weight === 'fails' && accepted === undefined)
  const names = [...new Set(failing.map(({ hazard }) => hazard))].join(', ')
  const what =
    verdict === 'fail'
      ? `failed with ${count(failing.length, 'finding')}: ${names}`
      : 'could not see all that it must'
  return {
    code: 'REHEARSAL_NOT_PASSED',
    message: `The rehearsal of migration "${asked.task}", run ${run}, ${what}.`,
    remedy: `\`purser show ${run}\` tells what to do about it. Then rehearse it again.`,
  }
}

function stale(asked: AskedMigration, { run, at }: KnownRehearsal, { maxAgeMs, now }: Freshness): Refusal {
  return {
    code: 'REHEARSAL_STALE',
    message:
      at > now
        ? `The rehearsal of migration "${asked.task}", run ${run}, is dated ${new Date(at).toISOString()}, which is yet to come.`
        : `The rehearsal of migration "${asked.task}", run ${run}, is ${duration(now - at)} old, and ${duration(maxAgeMs)} are allowed.`,
    remedy: again(asked),
  }
}
