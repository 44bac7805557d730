import type { Client } from 'pg'
import { sqlStateOf } from '../../sql-state.ts'
import { literal, marker } from '../sql.ts'

/** How a table is read and written again and again. Each statement gives `ms`, as the server took the time. */
export interface ProbePlan {
  /** As `schema.name`. */
  readonly table: string
  readonly read: string
  /** Missing where nothing is to be written. */
  readonly write?: string
}

interface Found {
  readonly from: string
  readonly isMaterialized: boolean
  /** Quoted names of the columns of its key. */
  readonly key: readonly string[] | null
  /** A column that may be set to itself, quoted. */
  readonly column: string | null
}

/** Chooses one row of a table; `undefined` for one that is not there. */
export async function planProbe(
  client: Client,
  table: string,
  mayReplicate: boolean,
): Promise<ProbePlan | undefined> {
  const { rows } = await client.query<Found>(question, [table])
  const [found] = rows
  if (found === undefined) return undefined
  const row = await oneRow(client, found)
  const isKnown = row !== undefined && row !== 'locked'
  const read = `select ${took} as ms, (select 1 from ${found.from} where ${isKnown ? row : 'true limit 1'}) as row ${marker}`
  if (row === undefined || found.column === null || found.isMaterialized) return { table, read }
  return { table, read, write: mayReplicate && isKnown ? update(found, row) : lockLikeUpdate(found) }
}

// Locks are taken before the first value is computed, from when the message came.
const took = 'extract(epoch from clock_timestamp() - statement_timestamp()) * 1000'

function update({ from, column }: Found, row: string): string {
  const set = `update ${from} set ${column} = ${column} where ${row} returning 1`
  return `begin; with w as (${set}) select n, ${took} as ms from (select count(*) as n from w offset 0) x ${marker}; rollback`
}

/** Where triggers can't be kept from firing, or no row be read, the lock of a write stands for it. */
function lockLikeUpdate({ from }: Found): string {
  return `begin; lock table ${from.replace(/ t$/, '')} in row exclusive mode; select ${took} as ms ${marker}; rollback`
}

/** A condition that is true of one row, by its key or else by its place; `locked` where nobody may look just now. */
async function oneRow(client: Client, { from, key }: Found): Promise<string | undefined> {
  const parts = (key ?? ['tableoid', 'ctid']).map(
    (column) => `${literal(`t.${column} = `)} || quote_literal(t.${column})`,
  )
  await client.query(`begin; set local lock_timeout = '20ms'`)
  try {
    const { rows } = await client.query<{ readonly condition: string }>(
      `select ${marker} concat_ws(' and ', ${parts.join(', ')}) as condition from ${from} limit 1`,
    )
    return rows[0]?.condition
  } catch (error) {
    if (sqlStateOf(error) === '55P03') return 'locked'
    throw error
  } finally {
    await client.query('rollback')
  }
}

// A key of types whose equality is known without a search path.
const question = `
  select ${marker} case when c.relkind = 'p' then '' else 'only ' end || format('%I.%I t', n.nspname, c.relname) as from,
    c.relkind = 'm' as "isMaterialized",
    (select json_agg(quote_ident(a.attname)) from pg_index x
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any ((string_to_array(x.indkey::text, ' ')::int2[])[1:x.indnkeyatts])
     where x.indexrelid = (select k.indexrelid from pg_index k
       where k.indrelid = c.oid and k.indisunique and k.indisvalid and k.indpred is null and k.indexprs is null
         and not exists (select from pg_attribute z
           where z.attrelid = c.oid and z.attnum = any (string_to_array(k.indkey::text, ' ')::int2[])
             and not (z.attnotnull and z.atttypid in (select t.oid from pg_type t where t.typnamespace = 'pg_catalog'::regnamespace)))
       order by not k.indisprimary, k.indexrelid limit 1)) as key,
    (select quote_ident(a.attname) from pg_attribute a
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
     order by a.attnum limit 1) as column
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname || '.' || c.relname = $1 and c.relkind in ('r', 'p', 'm') and (c.relkind <> 'm' or c.relispopulated)`
