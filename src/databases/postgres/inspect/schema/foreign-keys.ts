import type { Client } from 'pg'
import { familyQuery, scopeParameters } from './scope.ts'

interface ForeignKey {
  readonly child: string
  readonly parent: string
  readonly constraint: string
  readonly isIndexed: boolean
}

/** Foreign keys as they were made: a partition's share of its parent's is left out. */
export async function foreignKeys(client: Client): Promise<readonly ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(familyQuery([question]), scopeParameters)
  return rows
}

// An index serves it whatever the order of its first columns, where all rows are in it.
const question = `
  select child.plain as child, parent.plain as parent, c.conname::text as constraint, exists (
    select from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_am am on am.oid = i.relam
    cross join lateral (select (string_to_array(x.indkey::text, ' ')::int2[])[1:cardinality(c.conkey)] as first) k
    where x.indrelid = c.conrelid and x.indisvalid and x.indpred is null and am.amname in ('btree', 'hash')
      and k.first @> c.conkey and x.indnkeyatts >= cardinality(c.conkey)
  ) as "isIndexed"
  from pg_constraint c join tbl child on child.oid = c.conrelid join tbl parent on parent.oid = c.confrelid
  where c.contype = 'f' and c.conparentid = 0
  order by 1, 3`
