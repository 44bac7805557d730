import type { Client } from 'pg'

/** Rows by table as the planner estimates them, or -1 where nothing was analyzed; partitions, not what they are of. */
export async function estimateRows(client: Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ name: string; n: number }>(`
    select n.nspname || '.' || c.relname as name, c.reltuples::float8 as n
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'purser', 'purser_clone')`)
  return new Map(rows.map(({ name, n }) => [name, n]))
}

// the planner's own estimates differ by as much between two looks at one table
const tolerance = 0.1
const fewRows = 1_000

/** Tables of which one side has clearly more, in words. */
export function estimatesThatDiffer(
  there: ReadonlyMap<string, number>,
  here: ReadonlyMap<string, number>,
): readonly string[] {
  return [...there].flatMap(([table, expected]) => {
    const found = here.get(table)
    if (found === undefined || expected < 0 || found < 0) return []
    const isNear = Math.abs(expected - found) <= Math.max(fewRows, expected * tolerance)
    return isNear
      ? []
      : [`${table} has about ${Math.round(found)} rows, in production about ${Math.round(expected)}`]
  })
}
