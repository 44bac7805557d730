import type { Verdict } from '../../src/migrations/rehearsal/verdict.ts'
import type { Entry } from './entries.ts'

/** How an entry went. */
export interface Score {
  readonly entry: Entry
  readonly result: 'hit' | 'miss' | 'false alarm' | 'quiet' | 'not rehearsed'
  /** Hazards of findings that fail. */
  readonly failing: readonly string[]
}

/** A dangerous entry is hit under its hazard's name; a safe one raises no finding that fails. */
export function scoreOf(entry: Entry, { verdict, findings }: Verdict): Score {
  const failing = [
    ...new Set(findings.filter(({ weight }) => weight === 'fails').map(({ hazard }) => hazard)),
  ]
  return { entry, result: resultOf(entry, verdict, failing), failing }
}

function resultOf(
  { dangerous, hazard }: Entry,
  verdict: Verdict['verdict'],
  failing: readonly string[],
): Score['result'] {
  if (!dangerous && verdict === 'not-rehearsed') return 'not rehearsed'
  if (!dangerous) return verdict === 'pass' ? 'quiet' : 'false alarm'
  return verdict === 'fail' && failing.includes(hazard) ? 'hit' : 'miss'
}

/** Hits, misses and false alarms by hazard, as a table of text. */
export function tableOf(scores: readonly Score[]): string {
  const hazards = [...new Set(scores.map(({ entry }) => entry.hazard))].sort()
  const rows = hazards.map((hazard) => {
    const those = scores.filter(({ entry }) => entry.hazard === hazard)
    const counted = (...results: readonly Score['result'][]) =>
      those.filter(({ result }) => results.includes(result)).length
    return [
      hazard === 'none' ? 'safe' : hazard,
      ...[
        those.length,
        counted('hit', 'quiet'),
        counted('miss', 'not rehearsed'),
        counted('false alarm'),
      ].map(String),
    ]
  })
  const head = ['hazard', 'entries', 'right', 'missed', 'false alarms']
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(column === 0 ? 22 : 9)).join(''))
    .join('\n')
}
