import type { Client } from 'pg'
import { marker } from '../sql.ts'
import { type ExchangeEnd, exchange } from './exchange.ts'
import { type ParameterType, plausible } from './plausible.ts'

/** A statement that a session has prepared, or why it could not. */
export interface Prepared {
  readonly client: Client
  readonly name: string
  readonly refusal?: { readonly sqlState: string }
}

/** How long one statement may take, in milliseconds, and how many of its rows are fetched. */
const limits = { ms: 5_000, rows: 1_000 } as const

/**
 * Prepares a statement as drivers do. What is no query (COPY, BEGIN, DDL), and two statements in one, are refused: the
 * server takes neither in a PREPARE.
 */
export async function prepareOne(client: Client, name: string, text: string): Promise<Prepared> {
  const check = await exchange(client, (connection) => {
    connection.parse({ name: '', text: `prepare purser_check as ${text}`, types: [] }, true)
    connection.bind({ values: [] }, true)
    connection.execute({ rows: '0' }, true)
  })
  if ('sqlState' in check) return { client, name, refusal: check }
  await client.query('deallocate purser_check')
  const parsed = await exchange(client, (connection) => connection.parse({ name, text, types: [] }, true))
  return 'sqlState' in parsed ? { client, name, refusal: parsed } : { client, name }
}

/** Values for the parameters of all that a session has prepared, by the statement's name. */
export async function valuesFor(client: Client): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const { rows } = await client.query<{ readonly name: string; readonly types: readonly ParameterType[] }>(
    question,
  )
  return new Map(rows.map(({ name, types }) => [name, types.map(plausible)]))
}

/** Executes it in a transaction that is rolled back. */
export async function executeOne(
  { client, name, refusal }: Prepared,
  values: readonly (string | null)[],
): Promise<ExchangeEnd> {
  if (refusal !== undefined) return refusal
  try {
    await client.query(`begin; set local statement_timeout = ${limits.ms}`)
    const ended = await exchange(client, (connection) => {
      connection.bind({ statement: name, values: [...values] }, true)
      connection.execute({ rows: String(limits.rows) }, true)
    })
    await client.query('rollback')
    return ended
  } catch {
    return { sqlState: '08006' } // the session was cut
  }
}

const question = `
  select ${marker} s.name, coalesce(json_agg(json_build_object('name', b.typname, 'category', b.typcategory, 'firstLabel',
      (select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = b.oid order by e.enumsortorder limit 1))
      order by p.position), '[]') as types
  from pg_catalog.pg_prepared_statements s
  cross join unnest(s.parameter_types) with ordinality p(type, position)
  join pg_catalog.pg_type t on t.oid = p.type
  join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
  group by s.name`
