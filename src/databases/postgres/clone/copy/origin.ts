import type { Client } from 'pg'
import { setEventTriggers } from './event-triggers.ts'

/** What a golden copy knows of itself, in its own schema `purser_clone`; its clones have it too. */
export interface Origin {
  /** When the data were read, ISO 8601. */
  readonly dataFrom: string
  /** Digest of production's schema then. */
  readonly fingerprint: string
  /** Rows by table as the dump held them, and as they are here: `schema.table`. */
  readonly rows: readonly { readonly table: string; readonly dumped: number; readonly here: number }[]
  readonly masked: readonly string[]
  readonly notes: readonly string[]
}

const schema = `
  create schema if not exists purser_clone;
  create table if not exists purser_clone.marks (kind text primary key, mark jsonb not null, at timestamptz not null default now())`

export async function writeOrigin(client: Client, origin: Origin): Promise<void> {
  await makeSchema(client)
  await client.query(`insert into purser_clone.marks (kind, mark) values ('golden', $1)`, [
    JSON.stringify(origin),
  ])
}

async function makeSchema(client: Client): Promise<void> {
  await setEventTriggers(client, 'off')
  await client.query(schema)
  await setEventTriggers(client, 'on')
}

export async function readOrigin(client: Client): Promise<Origin> {
  const { rows } = await client.query<{ mark: Origin }>(
    `select mark from purser_clone.marks where kind = 'golden'`,
  )
  const [row] = rows
  if (row === undefined) throw new TypeError('The golden copy does not tell where it is from.')
  return row.mark
}

/** Who made this clone, for whoever finds themselves in it. */
export async function markClone(client: Client, mark: object): Promise<void> {
  await makeSchema(client)
  await client.query(
    `insert into purser_clone.marks (kind, mark) values ('clone', $1)
     on conflict (kind) do update set mark = excluded.mark, at = now()`,
    [JSON.stringify(mark)],
  )
}
