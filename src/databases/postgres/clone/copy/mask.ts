import type { Client } from 'pg'
import { exitCodes, PurserError } from '../../../../core/errors.ts'
import { sqlStateOf } from '../../sql-state.ts'
import { quoteName } from '../names.ts'
import type { PostgresCloneOptions } from '../options.ts'
import { setEventTriggers } from './event-triggers.ts'

type Mask = PostgresCloneOptions['mask']

/** Every masked column, as `schema.table.column`. */
export function maskedColumns(mask: Mask): readonly string[] {
  return Object.entries(mask).flatMap(([table, columns]) =>
    Object.keys(columns).map((column) => `${table}.${column}`),
  )
}

/**
 * Replaces values in one UPDATE a table, without the table's own triggers, and writes the table anew: what was there
 * before is nowhere afterwards. Throws `CLONE_COPY_FAILED`.
 */
export async function maskData(client: Client, mask: Mask): Promise<void> {
  for (const [table, columns] of Object.entries(mask)) {
    try {
      await maskTable(client, quoteTable(table), columns)
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw maskFailed(table, error)
    }
  }
}

async function maskTable(
  client: Client,
  table: string,
  columns: Readonly<Record<string, string>>,
): Promise<void> {
  const set = Object.entries(columns).map(([column, expression]) => `${quoteName(column)} = (${expression})`)
  await client.query('begin')
  const { rows } = await client.query<{ name: string; mode: keyof typeof modes }>(
    `select quote_ident(tgname) as name, tgenabled as mode from pg_trigger
     where tgrelid = $1::regclass and not tgisinternal and tgenabled <> 'D'`,
    [table],
  )
  await setEventTriggers(client, 'off')
  for (const { name } of rows) await client.query(`alter table ${table} disable trigger ${name}`)
  await setEventTriggers(client, 'on') // foreign keys are checked
  await client.query(`update ${table} set ${set.join(', ')}`)
  // a constraint that is checked at the end would be in the way of the next line
  await client.query('set constraints all immediate')
  await setEventTriggers(client, 'off')
  for (const { name, mode } of rows) await client.query(`alter table ${table} ${modes[mode]} trigger ${name}`)
  await client.query('commit')
  await setEventTriggers(client, 'on')
  await client.query(`vacuum full ${table}`)
}

const modes = { O: 'enable', A: 'enable always', R: 'enable replica' } as const

function quoteTable(table: string): string {
  const dot = table.indexOf('.')
  return `${quoteName(table.slice(0, dot))}.${quoteName(table.slice(dot + 1))}`
}

// The server's own message may quote a value.
function maskFailed(table: string, error: unknown): PurserError {
  const state = sqlStateOf(error)
  const where = ['column', 'constraint'].flatMap((key) => {
    const value = error instanceof Error ? Reflect.get(error, key) : undefined
    return typeof value === 'string' ? [`${key} ${value}`] : []
  })
  const known = state === undefined ? 'the connection was cut' : (reasons.get(state) ?? `SQLSTATE ${state}`)
  return new PurserError('CLONE_COPY_FAILED', {
    message: `Masking the table ${table} failed: ${[known, ...where].join(', ')}.`,
    remedy: 'Correct `mask` in the configuration. What had been made of the clone is gone.',
    exitCode: exitCodes.notRehearsed,
  })
}

const reasons = new Map([
  ['42P01', 'there is no such table'],
  ['42703', 'an expression or the mask names a column that is not there'],
  ['42601', 'an expression is no SQL'],
  ['42883', 'an expression uses a function that is not there'],
  ['42804', "an expression is of another type than its column's"],
  ['23505', 'values that must be unique are not any more'],
  ['23503', 'a foreign key points to nothing any more'],
  ['23502', 'a value that must be there is null'],
  ['23514', 'a check fails'],
  ['22001', 'a value is too long'],
  ['428C9', 'a generated column can’t be set'],
  ['57P01', 'the server ended the connection'],
])
