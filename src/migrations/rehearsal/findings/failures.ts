import { count } from '../../../core/text.ts'
import type { Statement } from '../../../databases/wire.ts'
import type { Evidence, TraceEvidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { rolledBack, transactionOf } from '../seen/transactions.ts'
import { nameOf, some } from './words.ts'

interface Failed {
  readonly place: number
  readonly statement: Statement
  readonly failure: NonNullable<Statement['failure']>
}

/** It fails because of rows that are there: the server refused a value, or the migration did so by itself. */
export function failsOnData(evidence: Evidence): readonly Finding[] {
  return failures(evidence)
    .filter(({ failure }) => causeOf(failure.sqlState) === 'data')
    .map((failed) => ({
      hazard: 'fails_on_data',
      ...describe(failed, evidence),
      remedy:
        'Find the rows that are in the way and mend them first, in a migration or batch of their own; then add the rule NOT VALID and validate it, or change the type.',
    }))
}

/** It fails whatever the data. */
export function failsAlways(evidence: Evidence): readonly Finding[] {
  return failures(evidence)
    .filter(({ failure }) => causeOf(failure.sqlState) === 'statement')
    .map((failed) => ({
      hazard: 'fails_always',
      ...describe(failed, evidence),
      remedy: remedyFor(failed.failure.sqlState),
    }))
}

/**
 * What a SQLSTATE tells of the cause: rows that are there, the statement itself (or a schema that is not what it takes it
 * for), or the clone's server, which says nothing about the migration.
 */
export function causeOf(sqlState: string): 'data' | 'statement' | 'server' {
  if (always.has(sqlState)) return 'statement'
  if (data.has(sqlState) || ['21', '22', '23', '44', '54'].includes(sqlState.slice(0, 2))) return 'data'
  const kind = sqlState.slice(0, 2)
  if (server.has(sqlState) || ['08', '53', '58', 'F0'].includes(kind)) return 'server'
  // of a class that PostgreSQL has not: raised by somebody's own check
  return known.includes(kind) ? 'statement' : 'data'
}

/** Classes of PostgreSQL's own, and of its foreign data wrappers. */
const known =
  '00 01 02 03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 F0 HV P0 XX'.split(
    ' ',
  )
/** A setting that is no setting; a statement, a row or a call that is too large in itself. */
const always: ReadonlySet<string> = new Set(['22023', '54001', '54011', '54023'])
/** Raised by the migration's own checks, or as long as it takes with this many rows. */
const data: ReadonlySet<string> = new Set([
  ...['P0001', 'P0002', 'P0003', 'P0004', '57014'],
  ...['20000', '27000'],
])
const server: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '57P04', '57P05'])

/** What a look at something that may be missing is answered with; tools look for their history so. */
const missing: ReadonlySet<string> = new Set(['42P01', '3F000'])

function isLook({ text }: Statement, { sqlState }: Failed['failure']): boolean {
  return missing.has(sqlState) && /^\s*(select|table|with|\()/i.test(text)
}

/** The statement that ended it, or statements that its tool has gone on after. */
export function failures({ trace }: Evidence): readonly Failed[] {
  if (trace === undefined) return []
  const failed = trace.statements.flatMap((statement, place) =>
    statement.failure === undefined || statement.failure.sqlState === '25P02'
      ? []
      : [{ place, statement, failure: statement.failure }],
  )
  return hasFailed(trace) ? failed.slice(-1) : failed.filter((one) => isSwallowed(one, trace))
}

/** Whether its command says that it failed. */
export function hasFailed({ end }: TraceEvidence): boolean {
  return end.code !== 0
}

/** One that was undone to a savepoint has been dealt with. */
function isSwallowed({ statement, failure }: Failed, trace: TraceEvidence): boolean {
  return rolledBack(trace).has(transactionOf(statement)) && !isLook(statement, failure)
}

function describe(
  { place, statement, failure }: Failed,
  { trace }: Evidence,
): Pick<Finding, 'weight' | 'table' | 'statement' | 'evidence'> {
  const where = [
    ...(failure.table === undefined ? [] : [`table ${failure.table}`]),
    ...(failure.column === undefined ? [] : [`column ${failure.column}`]),
    ...(failure.constraint === undefined ? [] : [`constraint ${failure.constraint}`]),
  ]
  const of = where.length === 0 ? '' : ` about ${some(where)}`
  const total = count(trace?.statements.length ?? 0, 'statement')
  const end =
    trace !== undefined && hasFailed(trace)
      ? `and its command ended with ${trace.end.code}`
      : 'was rolled back, and its command still said that it succeeded'
  return {
    weight: 'fails',
    ...(failure.table === undefined ? {} : { table: failure.table }),
    statement: place,
    evidence: `${nameOf({ place, statement })} of ${total} failed with SQLSTATE ${failure.sqlState}${of}, ${end}.`,
  }
}

const remedies: Readonly<Record<string, string>> = {
  '42P07':
    'Something of this name is there already: compare production’s schema with what the migrations say, and mend the drift before.',
  '42701':
    'A column of this name is there already: compare production’s schema with what the migrations say, and mend the drift before.',
  '42710':
    'Something of this name is there already: compare production’s schema with what the migrations say, and mend the drift before.',
  '42P01':
    'A table that it needs is not in production: compare production’s schema with what the migrations say.',
  '42703':
    'A column that it needs is not in production: compare production’s schema with what the migrations say.',
  '42501': 'The role that migrates may not do this: give it the right, or let the owner do it.',
  '55P04': 'Add the value to the enum in a migration of its own, and use it in a later one.',
  '25001': 'Take it out of the transaction: tell the tool that this migration needs none.',
  '0A000':
    'Drop what depends on it and make it anew in the same migration, or leave the column as it is and add another.',
  '2BP01': 'Name what depends on it and decide about each; CASCADE would take away what nobody has named.',
}

function remedyFor(sqlState: string): string {
  return (
    remedies[sqlState] ?? 'Mend the statement, and rehearse again: it fails in the same way in production.'
  )
}
