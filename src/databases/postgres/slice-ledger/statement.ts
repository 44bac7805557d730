import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { SliceClaim } from '../../../runs/slice.ts'
import type { SliceCondition } from '../../../tasks/batch.ts'
import { rawSql, type Sql, sql } from '../../../tasks/sql.ts'
import type { SliceEnd, WorkshopPlan } from '../../slice-ledger.ts'
import { passes, sqlStateOf } from '../sql-state.ts'
import { withinSlice } from './key-range.ts'
import { checkpoint, idOf } from './open-slice.ts'
import { prepareOn } from './prepared.ts'
import { PerSlice, type Rendered, render, valuesFor } from './render.ts'
import { endOf } from './series.ts'
import type { Session } from './session.ts'
import type { InspectedSource } from './source.ts'

/** A task's statement, ready to be carried out over any slice. */
export interface SliceStatement {
  /** The whole of what is sent for a slice, where that is one statement. */
  readonly atOnce?: Pair
  apply(session: Session, claim: SliceClaim): Promise<SliceEnd>
}

type TaskStatement = NonNullable<WorkshopPlan['statement']>

/**
 * Prepares a statement: together with its checkpoint, in one round trip, where it can stand in a `with`; else in a
 * transaction with it. Throws `BATCH_STATEMENT_WRONG`.
 */
export async function prepareStatement(
  session: Session,
  source: InspectedSource,
  statement: TaskStatement,
): Promise<SliceStatement> {
  const trial = statement(conditionOf(source, true))
  checkUsesSlice(trial)
  const shape = isChange(trial) ? asChange : asQuery
  const together = { first: shape(source, statement, false), other: shape(source, statement, true) }
  if (await canBePrepared(session, together.other))
    return { atOnce: together, apply: (work, claim) => applyAtOnce(work, together, claim) }
  const pair = { first: apart(source, statement, false), other: apart(source, statement, true) }
  if (await canBePrepared(session, pair.other, true))
    return { apply: (work, claim) => applyApart(work, pair, claim) }
  throw new TypeError('unreachable')
}

export interface Pair {
  /** The first slice has no lower bound. */
  readonly first: Rendered
  readonly other: Rendered
}

function conditionOf({ source, key }: InspectedSource, hasLower: boolean, fence?: Sql): SliceCondition {
  const condition = (alias?: string) => {
    const bounds = withinSlice(key, hasLower, alias)
    const filtered = source.where === undefined ? bounds : sql`${bounds} and (${source.where}\n)`
    return fence === undefined ? sql`(${filtered})` : sql`(${filtered} and ${fence})`
  }
  return Object.assign(condition(), { of: condition })
}

// The checkpoint comes first, and the effect only if it was written: a worker that was overtaken changes nothing.
const fence = rawSql('exists (select from purser_checkpoint)')

const ofClaim = (name: 'batch' | 'slice' | 'token') => new PerSlice('own', (claim) => claim[name])

/** Nothing more than this is read, written or sent for a slice: it is the time of a small one. */
function atOnce(effect: Sql, isAsked: boolean): Rendered {
  const id = ofClaim('batch')
  const asked = isAsked ? sql` and (select count(*) from purser_effect) is not null` : rawSql('')
  return render(sql`
    with purser_batch as (
      select speed from purser.batches where id = ${id} and state = 'running' and speed > 0
    ), purser_checkpoint as (
      update purser.slices set state = 2, done_at = clock_timestamp()
      where batch = ${id} and number = ${ofClaim('slice')} and token = ${ofClaim('token')} and state = 1
        and exists (select from purser_batch)
      returning 1
    ), purser_effect as (
      ${effect}
    )
    select speed from purser_batch where exists (select from purser_checkpoint)${asked}`)
}

/** A change is carried out whether it is asked for its rows or not. */
function asChange(source: InspectedSource, statement: TaskStatement, hasLower: boolean): Rendered {
  return atOnce(statement(conditionOf(source, hasLower, fence)), false)
}

/** A query is carried out only where somebody asks for its rows: it may call a function that changes something. */
function asQuery(source: InspectedSource, statement: TaskStatement, hasLower: boolean): Rendered {
  return atOnce(statement(conditionOf(source, hasLower, fence)), true)
}

function isChange({ strings }: Sql): boolean {
  return /^\s*(?:update|insert|delete|merge)\b/i.test(strings[0] ?? '')
}

/** The statement over one range, to be sent once. */
export function statementOver(source: InspectedSource, statement: TaskStatement, claim: SliceClaim): Sql {
  const { strings, values } = statement(conditionOf(source, claim.lower !== undefined))
  return { ...rawSql(''), strings, values: valuesFor(values, claim) }
}

function apart(source: InspectedSource, statement: TaskStatement, hasLower: boolean): Rendered {
  return render(statement(conditionOf(source, hasLower)))
}

async function applyAtOnce(session: Session, { first, other }: Pair, claim: SliceClaim): Promise<SliceEnd> {
  const { rows } = await session.query<{ speed: number }>(
    (claim.lower === undefined ? first : other).bind(claim),
  )
  return endOf(claim, rows)
}

async function applyApart(session: Session, { first, other }: Pair, claim: SliceClaim): Promise<SliceEnd> {
  const connection = await session.pin()
  try {
    await connection.query({ text: 'begin' })
    await connection.query((claim.lower === undefined ? first : other).bind(claim))
    const { rows } = await connection.query<{ speed: number }>({ ...checkpoint, values: idOf(claim) })
    const end = endOf(claim, rows)
    await connection.query({ text: end.end === 'fenced' ? 'rollback' : 'commit' })
    return end
  } catch (error) {
    await connection.query({ text: 'rollback' }).catch(() => {})
    throw error
  }
}

/** Lets the server read it without doing it. A statement that is wrong in itself is an error in the last shape. */
async function canBePrepared(session: Session, { text }: Rendered, isLast = false): Promise<boolean> {
  try {
    await session.use((client) => prepareOn(client, text))
    return true
  } catch (error) {
    const state = sqlStateOf(error)
    if (state === undefined || passes(error)) throw error
    if (!isLast) return false
    throw new PurserError('BATCH_STATEMENT_WRONG', {
      message: `The batch's statement can't be used: ${reasonOf(error)}.`,
      remedy: 'Correct the statement of the task. Nothing was changed.',
      cause: error,
    })
  }
}

function checkUsesSlice({ values }: Sql): void {
  if (values.some((value) => value instanceof PerSlice)) return
  throw new PurserError('BATCH_STATEMENT_WRONG', {
    message: "The batch's statement does not use `slice`, so that every slice would change every row.",
    remedy:
      'Let its condition be `slice`, or have it beside others: the documentation of batches has examples.',
  })
}
