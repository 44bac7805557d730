import type { History } from './tool.ts'

interface Options {
  /** Rows that count: all, unless stated. */
  readonly where?: string
  /** Further tables that are the tool's own. */
  readonly others?: readonly string[]
}

/** A history with a row for each migration; `name` is the SQL expression of what a row is called. */
export function historyIn(table: string, name: string, { where, others = [] }: Options = {}): History {
  const quoted = table.split('.').map(quote).join('.')
  const rows = where === undefined ? quoted : `${quoted} where ${where}`
  return {
    tables: [table, ...others],
    isThere: `select /* purser */ pg_catalog.to_regclass('${quoted.replaceAll("'", "''")}') is not null as there`,
    applied: `select /* purser */ ${name} as name from ${rows}`,
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
