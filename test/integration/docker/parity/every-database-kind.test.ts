import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newComparisonKey } from '../../../../src/environment/probe/keyed.ts'
import type { Observed } from '../../../../src/executors/executor.ts'
import { type Container, runContainer } from '../../../support/docker/container.ts'
import { images } from '../../../support/docker/image-names.ts'
import { type Databases, startDatabases } from './databases.ts'
import { factsOfDatabase, judge, reported, World } from './world.ts'

/** What is changed between the two connections, and how it is changed back. */
interface DatabaseDifference {
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

const differences: readonly DatabaseDifference[] = [
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

describe('a database that differs in one thing between two connections', () => {
  let world: World
  let databases: Databases
  let containers: readonly [Container, Container]
  let app: Observed
  let twin: Observed
  beforeAll(async () => {
    world = await World.open()
    databases = await startDatabases()
    const start = () => runContainer([images.helper, 'sleep', '1000'])
    containers = await Promise.all([start(), start()])
    const key = newComparisonKey()
    ;[app, twin] = await Promise.all([world.observe(containers[0], key), world.observe(containers[1], key)])
  })
  afterAll(async () => {
    for (const container of containers) await container[Symbol.asyncDispose]()
    await databases[Symbol.asyncDispose]()
    world[Symbol.dispose]()
  })

  const reportWith = async (change: () => Promise<void>) => {
    const before = await factsOfDatabase(app, databases.wiring)
    await change()
    return reported(judge(app, twin, { app: before, twin: await factsOfDatabase(twin, databases.wiring) }))
  }

  it('is the same where nothing was changed', async () => {
    expect(await reportWith(async () => {})).toEqual([])
  })

  it.each(differences)('$number: $what', async ({ number, kind, rank, change, restore }) => {
    try {
      expect(await reportWith(() => change(databases))).toEqual([{ number, kind, severity: rank }])
    } finally {
      await restore(databases)
    }
  })
})
