import { queryAt } from './stage.ts'

/** All rows of all tables by digest, the values of sequences, and large objects. */
export async function contentOf(url: string): Promise<Readonly<Record<string, string>>> {
  const tables = await queryAt(
    url,
    `select c.oid::regclass::text as name, c.relkind as kind from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'S', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'purser_clone')`,
  )
  const content: Record<string, string> = {}
  for (const { name, kind } of tables) {
    const digest =
      kind === 'S'
        ? `select last_value || ' ' || is_called as digest from ${name}`
        : `select count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') as digest from ${name} t`
    content[String(name)] = String((await queryAt(url, digest))[0]?.digest)
  }
  const [objects] = await queryAt(
    url,
    `select coalesce(md5(string_agg(oid || ' ' || encode(lo_get(oid), 'hex'), ',' order by oid)), 'none') as digest
     from pg_largeobject_metadata`,
  )
  return { ...content, 'large objects': String(objects?.digest) }
}
