import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/databases/postgres/inspect/activity/crc32.ts'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openClient, openStage } from './stage.ts'

describe.each(await allPrograms())('activity, by PostgreSQL $version', (programs) => {
  let server: Postgres
  let stage: Awaited<ReturnType<typeof openStage>>
  beforeAll(async () => {
    server = await startPostgres('p', {
      programs,
      settings: ['max_prepared_transactions=2', 'wal_level=replica', 'autovacuum_naptime=1'],
    })
    stage = await openStage(server, `create role weak login password 'p'; create table t (id int)`)
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const told = async () =>
    (await stage.inspector.activity()).activities.map(({ kind, sentence }) => `${kind}: ${sentence}`)

  it('is none where nothing is going on, whatever the inspector does itself', async () => {
    const lock = await stage.inspector.lockForMigrator('ours')
    if ('heldBy' in lock) throw new Error(`it is held by ${lock.heldBy}`)
    expect(await stage.inspector.activity()).toEqual({ activities: [], lacking: [] })
    await lock[Symbol.asyncDispose]()
  })

  it('names dumps, migrators by name and by lock, and backups', async () => {
    const names = ['pg_dump', 'alembic', 'shop migrations', 'knex']
    const clients = await Promise.all(
      names.map((name) => openClient(`${stage.url}&application_name=${encodeURIComponent(name)}`)),
    )
    const [dump, tool] = clients
    await tool?.query('select pg_advisory_lock(72707369)')
    await dump?.query(`select pg_backup_start('x', true)`)
    const found = await told()
    expect(found).toHaveLength(5)
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^dump: process \d+ of postgres \(pg_dump\) has been dumping this database for \d+ s\.$/,
        ),
        expect.stringMatching(
          /^migrator: process \d+ of postgres \(alembic\) looks like another migrator and is idle/,
        ),
        expect.stringMatching(/^migrator: .*shop migrations/),
        expect.stringMatching(/^migrator: Process \d+ holds the lock of Prisma Migrate/),
        expect.stringMatching(/^backup: .*has begun a backup of the server/),
      ]),
    )
    await Promise.all(
      clients.map(async (client) => {
        client.end()
        await once(client, 'end')
      }),
    )
    await expect.poll(told).toEqual([])
  })

  it('names tools whose lock is made from the database’s name', async () => {
    const { rows } = await stage.client.query('select current_database() as name')
    expect(crc32('123456789')).toBe(0xcbf43926)
    await stage.client.query(
      `select pg_advisory_lock(${2_053_462_845n * BigInt(crc32(String(rows[0].name)))})`,
    )
    expect(await told()).toEqual([expect.stringContaining('Rails')])
    await stage.client.query('select pg_advisory_unlock_all()')
  })

  it('says what a role may not see, and what to grant', async () => {
    await using weak = await openInspector(stage.urlAs('weak'))
    const { lacking } = await weak.activity()
    expect(lacking).toEqual([
      { what: expect.stringContaining('transactions'), grant: 'GRANT pg_monitor TO "weak"' },
    ])
    await stage.client.query('grant pg_monitor to weak')
    expect((await weak.activity()).lacking).toEqual([])
  })

  it('names a vacuum against wraparound, until it ends', async () => {
    // old by its own measure after the fewest transactions that may be, and slow enough to be met
    await stage.client.query(`
      create table old with (autovacuum_freeze_max_age = 100000, autovacuum_vacuum_cost_delay = 100,
        autovacuum_vacuum_cost_limit = 1) as select n, repeat('x', 1000) from generate_series(1, 5000) n`)
    await stage.client.query(
      'do $$ begin for i in 1..101000 loop perform pg_current_xact_id(); commit; end loop; end $$',
    )
    await expect
      .poll(told, { timeout: 60_000 })
      .toEqual([
        expect.stringMatching(
          /^vacuum-to-prevent-wraparound: Autovacuum works on public\.old to prevent wraparound, for \d+ s: it does not make way\.$/,
        ),
      ])
    const dropping = stage.client.query('drop table old') // waits for it: it does not make way
    await expect
      .poll(() =>
        server.query(
          `select from pg_stat_activity where query = 'drop table old' and wait_event_type = 'Lock'`,
        ),
      )
      .toHaveLength(1)
    await server.query('select pg_cancel_backend(pid) from pg_stat_progress_vacuum')
    await dropping
    await expect.poll(told).toEqual([])
  })

  it('names transactions that are open for long, prepared ones too', { timeout: 180_000 }, async () => {
    const [idle, dump] = await Promise.all([
      openClient(stage.url),
      openClient(`${stage.url}&application_name=pg_dump`),
    ])
    for (const client of [idle, dump]) await client.query('begin; select 1')
    await stage.client.query(`begin; insert into t values (1); prepare transaction 'left'`)
    expect(await told()).toEqual([expect.stringContaining('dump')])
    await expect
      .poll(told, { timeout: 120_000, interval: 1_000 })
      .toEqual([
        expect.stringContaining('dump: '),
        expect.stringMatching(/^long-transaction: The prepared transaction 'left' of postgres/),
        expect.stringMatching(
          /^long-transaction: process \d+ of postgres has a transaction open for (?:[3-9]\d|1\d\d) s, and is idle in transaction\.$/,
        ),
      ])
    await stage.client.query(`rollback prepared 'left'`)
    await Promise.all([idle.end(), dump.end()])
  })
})
