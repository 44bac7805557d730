import type { Kind } from './kind.ts'

/** What the database says to a connection. An item is the database’s name in the configuration: `search-path:main`. */
export const database: readonly Kind[] = [
  {
    number: 62,
    id: 'database-endpoint',
    severity: 'block',
    title: 'database server',
    harm: 'The task changes another database than users see, though it has the same name.',
    seen: 'compared',
  },
  {
    number: 63,
    id: 'database-role',
    severity: 'block',
    title: 'database and role',
    harm: 'Tables are owned by somebody else, row security shows other rows, or rights are missing.',
    seen: 'compared',
  },
  {
    number: 64,
    id: 'search-path',
    severity: 'block',
    title: 'search path',
    harm: 'The same table name means a table of another schema.',
    seen: 'compared',
  },
  {
    number: 65,
    id: 'database-limits',
    severity: 'block',
    title: 'timeouts, isolation and read-only default',
    harm: 'Statements wait longer for locks than the app can bear, are cut off, or see other rows.',
    seen: 'compared',
  },
  {
    number: 66,
    id: 'database-server',
    severity: 'warn',
    title: 'version, extensions and collation of the database',
    harm: 'Statements behave in another way, and indexes on texts may be in another order.',
    seen: 'compared',
  },
  {
    number: 67,
    id: 'database-pooler',
    severity: 'warn',
    title: 'pooler in between',
    harm: 'Session settings, prepared statements and advisory locks do not hold.',
    seen: 'compared',
  },
  {
    number: 68,
    id: 'database-session',
    severity: 'warn',
    title: 'time zone, encoding and name of the session',
    harm: 'Times and texts are read and written in another way.',
    seen: 'compared',
  },
  {
    number: 69,
    id: 'schema-version',
    severity: 'warn',
    title: 'version of the schema',
    harm: 'The code expects tables and columns that are not there, or no longer.',
    seen: 'compared',
  },
]
