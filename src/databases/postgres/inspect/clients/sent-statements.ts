import type { Client } from 'pg'
import { failedWith } from '../../../../core/errors.ts'
import type { ClientStatement, Lacking } from '../../../inspector.ts'
import { marker, quoted } from '../sql.ts'

const hidden = '<insufficient privilege>'

/** What clients of this database have sent lately, by `pg_stat_statements`; what is lacking to see it otherwise. */
export async function sentStatements(
  client: Client,
  limit: number,
): Promise<readonly ClientStatement[] | Lacking> {
  const { rows } = await client.query<{ readonly own: string; readonly schema: string | null }>(
    `select ${marker} current_user::text as own,
       (select n.nspname::text from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements') as schema`,
  )
  const { own = '', schema = null } = rows[0] ?? {}
  if (schema === null)
    return lacks('the extension pg_stat_statements in this database', 'CREATE EXTENSION pg_stat_statements')
  try {
    return await read(client, quoted(schema), own, limit)
  } catch (error) {
    if (failedWith(error, '55000')) return notLoaded
    if (failedWith(error, '42501')) return mayNotRead(own)
    throw error
  }
}

async function read(client: Client, schema: string, own: string, limit: number) {
  const seen = await client.query<{ readonly unseen: boolean }>(
    `select ${marker} exists (select from ${schema}.pg_stat_statements s
       where s.query = $1 and s.dbid = (select oid from pg_database where datname = current_database())) as unseen`,
    [hidden],
  )
  if (seen.rows[0]?.unseen === true) return mayNotRead(own)
  const { rows } = await client.query<{
    readonly text: string
    readonly role: string | null
    readonly calls: string
  }>(
    `with ${marker} ${sent(schema)} select text, role, sum(calls)::text as calls from sent group by text, role
     order by sum(calls) desc, text limit $1`,
    [limit],
  )
  return rows.map(({ text, role, calls }) => ({
    text,
    ...(role === null ? {} : { role }),
    calls: Number(calls),
  }))
}

const notOfExtension = (catalog: string) =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = c.oid and d.deptype = 'e')`

// What reads catalogs and names nothing of the database's own is monitoring. A statement inside a function is no client's.
const sent = (schema: string) => `
  system as (
    select oid from pg_namespace where nspname ~ '^pg_' or nspname = 'information_schema'
  ),
  named as materialized (
    select lower(relname) as name from pg_class c where relnamespace not in (select oid from system) and ${notOfExtension('pg_class')}
    union
    select lower(proname) from pg_proc c where pronamespace not in (select oid from system) and ${notOfExtension('pg_proc')}
  ),
  sent as materialized (
    select s.query as text, r.rolname::text as role, s.calls
    from ${schema}.pg_stat_statements s left join pg_roles r on r.oid = s.userid
    where s.dbid = (select oid from pg_database where datname = current_database())
      and to_jsonb(s) ->> 'toplevel' is distinct from 'false'
      and s.query ~* '^(\\s|/\\*.*?\\*/|--[^\\n]*\\n|\\()*(select|insert|update|delete|merge|with|values|table)\\M'
      and strpos(s.query, '${marker}') = 0
      and s.query !~ '\\mpurser\\.'
      and (s.query !~* '\\m(pg_[a-z_]+|information_schema)\\M'
        or exists (select from regexp_matches(s.query, '[[:alnum:]_$]+', 'g') word join named on named.name = lower(word[1])))
  )`

const notLoaded = lacks(
  'the statistics of statements: pg_stat_statements is not loaded when the server starts',
  "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'",
)

const mayNotRead = (own: string) =>
  lacks('the right to see the statements of other roles', `GRANT pg_read_all_stats TO ${quoted(own)}`)

function lacks(what: string, grant: string): Lacking {
  return { what, grant }
}
