import type { Databases } from '../databases.ts'

/** What is changed between the two connections, and how it is changed back. */
export interface DatabaseDifference {
  readonly number: number
  readonly kind: string
  readonly rank: 'block' | 'warn'
  readonly what: string
  change(databases: Databases): Promise<void>
  restore(databases: Databases): Promise<void>
}

/** One that is made by SQL, and unmade. */
function bySql(
  [number, kind, rank]: readonly [number, string, 'block' | 'warn'],
  change: string,
  restore: string,
): DatabaseDifference {
  return {
    ...{ number, kind, rank, what: change },
    change: ({ run }) => run(change),
    restore: ({ run }) => run(restore),
  }
}

const searchPath = [64, 'search-path', 'block'] as const
const limits = [65, 'database-limits', 'block'] as const
const session = [68, 'database-session', 'warn'] as const

/** Every difference between two connections to a database by the same URL. */
export const databaseDifferences: readonly DatabaseDifference[] = [
  {
    ...{ number: 62, kind: 'database-endpoint', rank: 'block', what: 'another server by the same name' },
    change: ({ lead }) => lead('second'),
    restore: ({ lead }) => lead('first'),
  },
  {
    ...{ number: 67, kind: 'database-pooler', rank: 'warn', what: 'a pooler before the same server' },
    change: ({ lead }) => lead('pooler'),
    restore: ({ lead }) => lead('first'),
  },
  bySql([63, 'database-role', 'block'], 'alter role shop set role to reader', 'alter role shop reset role'),
  bySql(searchPath, 'alter role shop set search_path to public, other', 'alter role shop reset search_path'),
  bySql(
    searchPath,
    'alter database shop set search_path to public, other',
    'alter database shop reset search_path',
  ),
  bySql(limits, "alter role shop set statement_timeout to '5s'", 'alter role shop reset statement_timeout'),
  bySql(limits, "alter role shop set lock_timeout to '1s'", 'alter role shop reset lock_timeout'),
  bySql(
    limits,
    'alter role shop set default_transaction_read_only to on',
    'alter role shop reset default_transaction_read_only',
  ),
  bySql(
    limits,
    'alter database shop set default_transaction_isolation to serializable',
    'alter database shop reset default_transaction_isolation',
  ),
  bySql([66, 'database-server', 'warn'], 'create extension pg_trgm', 'drop extension pg_trgm'),
  bySql(session, "alter role shop set timezone to 'Europe/Zurich'", 'alter role shop reset timezone'),
  bySql(session, "alter role shop set datestyle to 'German'", 'alter role shop reset datestyle'),
  bySql(
    [69, 'schema-version', 'warn'],
    "insert into schema_migrations values ('20260102')",
    "delete from schema_migrations where version = '20260102'",
  ),
]
