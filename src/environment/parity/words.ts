import { kindOfFact, variableOf } from '../facts/lookup.ts'
import type { Look } from './look.ts'
import type { Difference } from './report.ts'

/** A difference in words: values that may be secret are told by `one value` and `another value`, and never shown. */
export function describeDifference(fact: string, app: Look, twin: Look): Difference {
  const hidden = mayBeSecret(fact)
  const [ours, theirs] =
    app.is === 'seen' && twin.is === 'seen' ? ['one value', 'another value'] : ['a value', 'a value']
  return {
    fact,
    app: wordsOf(app, hidden ? ours : undefined),
    twin: wordsOf(twin, hidden ? theirs : undefined),
  }
}

/** Of the serving instances, which differ among themselves. */
export function describeMixture(fact: string, looks: readonly Look[], twin: Look): Difference {
  const hidden = mayBeSecret(fact)
  const values = [
    ...new Set(looks.filter(({ is }) => is !== 'unseen').map((look) => wordsOf(look, undefined))),
  ]
  return {
    fact,
    app: hidden ? `${values.length} different values` : values.sort().join(' and '),
    twin: hidden ? 'one of them, or another' : wordsOf(twin, undefined),
  }
}

function wordsOf(look: Look, instead: string | undefined): string {
  if (look.is === 'missing') return 'none'
  return look.is === 'seen' ? (instead ?? look.value) : 'not seen'
}

function mayBeSecret(fact: string): boolean {
  if (variableOf(fact) !== undefined) return true
  return kindOfFact(fact)?.files?.some(({ by }) => by === 'keyed') === true
}
