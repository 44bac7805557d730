import { count } from '../../../core/text.ts'
import type { ClientOutcome, ClientStatement } from '../../../databases/inspector.ts'
import type { CompatEvidence, Evidence, TraceEvidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { sceneOf } from '../seen/scene.ts'
import { causeOf } from './failures.ts'
import { hiddenRows } from './hidden-rows.ts'

const remedy =
  'Take it in steps that old and new code can both live with: add the new beside the old, keep both in step (a trigger, or a view under the old name), deploy, and take the old away in a later migration.'

/** What the running release sends, and what it gets afterwards. */
export function breaksClients({ compat, trace }: Evidence): readonly Finding[] {
  const sent = compat === undefined ? [] : outcomesOf(compat).flatMap((one) => judge(one, trace))
  return [...merged(sent), ...(trace === undefined ? [] : hiddenRows(sceneOf(trace)))]
}

interface Sent {
  readonly place: number
  readonly statement: ClientStatement
  readonly before: ClientOutcome
  readonly after: ClientOutcome
}

function outcomesOf({ statements, before, after }: CompatEvidence): readonly Sent[] {
  return statements.flatMap((statement, place) => {
    const [earlier, later] = [before[place], after[place]]
    return earlier === undefined || later === undefined
      ? []
      : [{ place, statement, before: earlier, after: later }]
  })
}

type Failed = Extract<ClientOutcome, { readonly sqlState: string }>

interface Broken {
  readonly weight: Finding['weight']
  /** What all statements that go wrong in this way have in common. */
  readonly how: string
  readonly sent: Sent
}

function judge(sent: Sent, trace: TraceEvidence | undefined): readonly Broken[] {
  const { before, after } = sent
  if ('sqlState' in after) {
    if ('sqlState' in before && before.sqlState === after.sqlState) return []
    return [
      {
        weight: weightOfFailure(after, sent, trace),
        how: `${failsWith(after.sqlState)}${earlier(before)}`,
        sent,
      },
    ]
  }
  if ('sqlState' in before || before.rows === after.rows) return []
  const isByData = trace !== undefined && hasWritten(trace) && after.rows > 0
  const how = `returns ${count(after.rows, 'row')}, and ${before.rows.toLocaleString('en')} before`
  return [{ weight: isByData ? 'notes' : 'fails', how, sent }]
}

function failsWith(sqlState: string): string {
  const meaning = meanings[sqlState]
  return `fails with SQLSTATE ${sqlState}${meaning === undefined ? '' : ` (${meaning})`}`
}

function earlier(before: ClientOutcome): string {
  return 'sqlState' in before ? `, and with ${before.sqlState} before` : ''
}

const meanings: Readonly<Record<string, string>> = {
  '0A000': 'a statement prepared before the migration has another result now',
  '23502': 'a column must have a value that it does not give',
  '42501': 'its role may not',
  '42703': 'a column is gone',
  '42804': 'a type is another',
  '42883': 'a function or operator is gone',
  '42P01': 'a table is gone',
}

/** What a value that Purser made up runs into is no proof; what is the server's own trouble is none either. */
function weightOfFailure(
  failure: Failed,
  { statement }: Sent,
  trace: TraceEvidence | undefined,
): Finding['weight'] {
  const { sqlState } = failure
  const isOfValues = /\$\d/.test(statement.text) && sqlState.startsWith('23') && sqlState !== '23502'
  const isMadeUp = isOfValues && !isOfGivenOut(failure, statement, trace)
  const isOfServer = causeOf(sqlState) === 'server' || ['57014', '55P03', '40001', '40P01'].includes(sqlState)
  return isMadeUp || isOfServer ? 'notes' : 'fails'
}

/** Whether a new row's key, which the database gives and the statement doesn't, was given out before. */
function isOfGivenOut(
  { sqlState, constraint }: Failed,
  { text }: ClientStatement,
  trace: TraceEvidence | undefined,
): boolean {
  if (sqlState !== '23505' || constraint === undefined) return false
  const told = /^\s*insert\s+into\s+[^(]+\(([^)]*)\)/i.exec(text)?.[1]
  const key = trace?.after.objects.find(
    ({ kind, name }) => kind === 'constraint' && name.endsWith(`.${constraint}`),
  )?.properties.definition
  const columns = /^(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)/.exec(key ?? '')?.[1]
  if (told === undefined || columns === undefined) return false
  return namesIn(columns).every((column) => !namesIn(told).includes(column))
}

function namesIn(list: string): readonly string[] {
  return list.split(',').map((name) => name.trim().replaceAll('"', ''))
}

/** One finding for all statements that go wrong in one way. */
function merged(broken: readonly Broken[]): readonly Finding[] {
  const ways = new Set(broken.map(({ weight, how }) => JSON.stringify([weight, how])))
  return [...ways].map((way) => {
    const those = broken.filter(({ weight, how }) => JSON.stringify([weight, how]) === way)
    const weight = those.some((one) => one.weight === 'fails') ? 'fails' : 'notes'
    const roles = new Set(those.flatMap(({ sent }) => sent.statement.role ?? []))
    const as = roles.size === 1 ? ` as ${[...roles][0]}` : ''
    return {
      hazard: 'breaks_clients',
      weight,
      evidence: `${whichOf(those, as)} ${those[0]?.how}.`,
      remedy,
    } as const
  })
}

function whichOf(those: readonly Broken[], as: string): string {
  const shown = `"${shortened(those[0]?.sent.statement.text ?? '')}", which the running release sends${as},`
  return those.length === 1 ? shown : `${shown} like ${count(those.length - 1, 'other')},`
}

const longest = 80

/** The server's own list has parameters in the place of constants, but for those of what is no query. */
function shortened(text: string): string {
  const line = text
    .replace(/'(?:[^']|'')*'/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest).trimEnd()} …` : line
}

/** Whether rows of tables that were there before are others: then a count may differ for a good reason. */
function hasWritten(trace: TraceEvidence): boolean {
  return sceneOf(trace).steps.some(({ works }) =>
    works.some(
      ({ inserted, updated, deleted, replaced }) =>
        inserted + updated + deleted > 0 || replaced !== undefined,
    ),
  )
}
