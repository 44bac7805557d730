import type { Client } from 'pg'
import { PurserError, reasonOf } from '../../../core/errors.ts'
import { sqlStateOf } from '../sql-state.ts'

const version = 1

/**
 * Purser's own tables in a database of the app's. Slices have no index but their key: every change of a slice stays on
 * its page (HOT), which is what makes a checkpoint cheap. Nor have they a foreign key: checking it for each would cost
 * more than planning it, and only the statement that moves the batch's own row on adds any.
 */
const tables = `
create table purser.schema_version (version int not null);
insert into purser.schema_version values (${version});

create table purser.batches (
  id text primary key,
  task text not null,
  definition text not null,
  parameters jsonb not null,
  key_types text[] not null,
  state text not null default 'running'
    check (state in ('running', 'paused', 'cancelled', 'finished', 'failed')),
  lease_ms int not null,
  -- fencing token of the one who leads it
  lead bigint not null default 0,
  lead_seen timestamptz not null default now(),
  -- slices are planned up to here; the range ends at "last", which was fixed when the batch began
  cursor jsonb,
  last jsonb,
  is_planned boolean not null default false,
  planned_rows bigint not null default 0,
  estimated_rows bigint not null default 0,
  next_slice bigint not null default 1,
  -- every slice before this one is done, halved or buried
  low bigint not null default 1,
  speed real not null default 1,
  limiting text,
  row_ms real,
  created_at timestamptz not null default now()
);

create table purser.slices (
  batch text not null,
  number bigint not null,
  generation int not null default 0,
  -- 0 waiting, 1 claimed, 2 done, 3 halved, 4 buried
  state smallint not null default 0,
  token int not null default 0,
  tries int not null default 0,
  rows int not null,
  sending int not null default 0,
  is_risky boolean not null default false,
  backend int,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  sent_at timestamptz,
  done_at timestamptz,
  backend_start timestamptz,
  lower jsonb,
  upper jsonb not null,
  worker text,
  error text,
  primary key (batch, number)
) with (fillfactor = 30);

create table purser.buried (
  batch text not null,
  slice bigint not null,
  generation int not null,
  key jsonb not null,
  lower jsonb,
  error text not null,
  tries int not null,
  buried_at timestamptz not null default now(),
  replayed_at timestamptz,
  primary key (batch, slice)
);`

// Any number that nobody else uses: two that make the tables at once must not.
const lock = 7_243_301_175

/** Makes Purser's schema where it is not there yet. Throws `BATCH_TABLES_MISSING`, `BATCH_TABLES_NEWER`. */
export async function ensureSchema(client: Client): Promise<void> {
  try {
    if (await isThere(client)) return
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [lock])
    if (!(await isThere(client))) {
      // "if not exists" asks for the right to make one even where an owner has made it
      const { rows } = await client.query(`select to_regnamespace('purser') is not null as there`)
      if (rows[0]?.there !== true) await client.query('create schema purser')
      await client.query(tables)
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    if (error instanceof PurserError || !isForbidden(error)) throw error
    throw new PurserError('BATCH_TABLES_MISSING', {
      message: `Purser's tables are not in this database, and its role may not make them: ${reasonOf(error)}.`,
      remedy:
        'Let an owner of the database run `create schema purser authorization ROLE`, with the role that the app connects as.',
      cause: error,
    })
  }
}

/** Whether the tables are there. Throws `BATCH_TABLES_NEWER` where a newer Purser made them. */
export async function isThere(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('purser.schema_version') is not null as there`,
  )
  if (rows[0]?.there !== true) return false
  const found = await client.query<{ version: number }>('select version from purser.schema_version')
  const newest = found.rows[0]?.version ?? 0
  if (newest <= version) return true
  throw new PurserError('BATCH_TABLES_NEWER', {
    message: `Purser's tables in this database are of version ${newest}, and this purser knows ${version}.`,
    remedy: 'Use the newer purser that made them.',
  })
}

function isForbidden(error: unknown): boolean {
  return sqlStateOf(error) === '42501'
}
