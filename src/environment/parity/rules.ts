import { looksSecret } from '../../core/redaction/names.ts'
import type { Kind } from '../facts/kind.ts'
import { claimant, kindById, kindOfFact, variableOf } from '../facts/lookup.ts'
import type { ComparisonInput } from './input.ts'
import type { Look } from './look.ts'

/**
 * What shells set for whatever they start: its name, where they stand, how deep they are. It tells whether one of them
 * started the process, and nothing of what it works on; the working directory is a kind of its own.
 */
const noise = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL'].map((name) => `variables:${name}`))

/** The reference that an image was asked for by: it only tells kind 3 from kind 2. */
const referenceFact = 'moved-tag'

export function isCompared(fact: string): boolean {
  if (noise.has(fact) || fact === referenceFact) return false
  const kind = kindOfFact(fact)
  return kind === undefined
    ? variableOf(fact) !== undefined || fact === 'variables'
    : kind.seen === 'compared'
}

/** Whether a fact is kept with the report, and not compared. */
export function isRecorded(fact: string): boolean {
  return kindOfFact(fact)?.seen === 'recorded'
}

const decisiveNames = [
  /_(?:URL|URI|HOST|DSN)$/,
  // libpq's own, but for the name by which a client calls itself
  /^PG(?!APPNAME$)[A-Z]+$/,
  /(?:^|_)(?:DB|DATABASE|MYSQL|MARIADB|MONGO|MONGODB|REDIS|POSTGRES|POSTGRESQL|PG)_(?:NAME|HOST|PORT|USER|USERNAME|DATABASE|DB|SCHEMA)$/,
]

/**
 * Whether it matters which of the serving instances a run is modelled on, where they differ in this: what they work on
 * and with. Others may differ: a worker's number, an instance's port.
 */
export function isDecisive(fact: string, { decisive }: Pick<ComparisonInput, 'decisive'>): boolean {
  const name = variableOf(fact)
  if (name !== undefined) {
    return (
      decisive?.has(name) === true ||
      decisiveNames.some((pattern) => pattern.test(name)) ||
      looksSecret(name) ||
      claimant(name)?.severity === 'block'
    )
  }
  const kind = kindOfFact(fact)
  return kind?.severity === 'block' || kind?.id === 'mounts'
}

/** The kind that a difference is of: for variables and images its form tells. */
export function kindOfDifference(fact: string, app: Look, twin: Look, input: ComparisonInput): Kind {
  const name = variableOf(fact)
  if (name !== undefined) return claimant(name) ?? kindById(formOf(name, app, twin, input))
  if (fact === 'image' && isSameReference(input)) return kindById('moved-tag')
  return kindOf(fact)
}

/** The kind that an unobserved fact is of. Of variables, that one is missing is the worst to be feared. */
export function kindOf(fact: string): Kind {
  return kindOfFact(fact) ?? kindById('variable-missing')
}

function formOf(name: string, app: Look, twin: Look, { configured }: ComparisonInput): string {
  if (twin.is === 'missing') return 'variable-missing'
  if (app.is === 'missing') return 'variable-extra'
  return configured.has(name) ? 'variable-different' : 'variable-stale'
}

function isSameReference({ app, twin }: ComparisonInput): boolean {
  const [ours, theirs] = [twin.get(referenceFact), app[0]?.facts.get(referenceFact)]
  return (
    ours !== undefined &&
    theirs !== undefined &&
    'value' in ours &&
    'value' in theirs &&
    ours.value === theirs.value
  )
}
