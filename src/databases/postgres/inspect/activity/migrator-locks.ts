import type { Client } from 'pg'
import type { Activity } from '../../../inspector.ts'
import { marker } from '../sql.ts'
import { crc32 } from './crc32.ts'

interface Held {
  readonly key: string
  readonly pid: number
}

/** Tools that hold an advisory lock while they migrate, by the keys that they use. Two in this database share none. */
export async function migratorLocks(client: Client, mine: readonly number[]): Promise<readonly Activity[]> {
  const { rows: names } = await client.query<{ readonly database: string }>(
    'select current_database()::text as database',
  )
  const tools = toolKeys(names[0]?.database ?? '')
  const { rows } = await client.query<Held>(question, [mine])
  return rows.flatMap(({ key, pid }) => {
    const tool = tools.get(key)
    if (tool === undefined) return []
    return [
      {
        kind: 'migrator',
        sentence: `Process ${pid} holds the lock of ${tool}, which migrates this database.`,
      },
    ]
  })
}

/** As they stand in the tools' sources. Some are made from the database's name. */
function toolKeys(database: string): ReadonlyMap<string, string> {
  const checksum = BigInt(crc32(database))
  const golang = BigInt(crc32(`public\0schema_migrations\0${database}`))
  return new Map([
    ['72707369', 'Prisma Migrate'],
    ['7241865325823964', 'node-pg-migrate'],
    [String(2_053_462_845n * checksum), 'Rails'],
    [String(BigInt.asUintN(32, golang * 1_486_364_155n)), 'golang-migrate'],
    [String(BigInt.asIntN(64, 0x46_6c_79_77_61_79n)), 'Flyway'],
  ])
}

const question = `
  select ${marker} ((l.classid::bigint << 32) | l.objid::bigint)::text as key, l.pid
  from pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and l.pid <> all ($1::int[])
    and l.database = (select oid from pg_database where datname = current_database())
  order by 2`
