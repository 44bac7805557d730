import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Effects } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { connected, realPassword, run, type Tapped, tap } from './world.ts'

describe.each(await allPrograms())('an observed session at version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  const alone: string[] = []
  const judged: Effects[] = []
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
    wire = await tap(server.url(), {
      tap: {
        async beforeCommit(_session, effects) {
          judged.push(effects)
          return undefined
        },
        unenforceable: (_session, words) => void alone.push(words),
      },
    })
  })
  afterAll(async () => {
    await wire?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  it('lets pass what commits by itself, and says so', async () => {
    await server.query(
      'create table a (n int); create procedure commits() language plpgsql as $$ begin insert into a values (1); commit; end $$',
    )
    await using client = await connected(wire.url)
    for (const sql of ['vacuum a', 'create index concurrently i on a (n)', 'call commits()'])
      await client.query(sql)
    for (const sql of ['vacuum a', 'call commits()']) await client.query({ name: sql, text: sql, values: [] })
    expect(alone).toEqual([
      ...['VACUUM A', 'CREATE INDEX CONCURRENTLY I', 'CALL COMMITS'],
      ...['VACUUM A', 'CALL COMMITS'],
    ])
    expect(await server.query('select count(*)::int as n from a')).toEqual([{ n: 2 }])
    expect(wire.errors).toEqual([])
  })

  it.each(['simple', 'extended', 'prepared'])('carries pgbench in %s mode', async (mode) => {
    await run('pgbench', ['-i', '-q', '-s', '1', wire.url])
    judged.length = 0
    const { code, stdout, stderr } = await run('pgbench', ['-M', mode, '-n', '-c', '4', '-t', '20', wire.url])
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')])
    expect(stdout).toContain('80/80')
    const withRows = judged.filter(({ rows }) => rows.size > 0) // it also looks at its tables first
    expect(withRows).toHaveLength(80)
    for (const { rows } of withRows) {
      expect(
        [...rows].map(([table, { inserted, updated }]) => [table, inserted, updated]).toSorted(),
      ).toEqual([
        ['public.pgbench_accounts', 0, 1],
        ['public.pgbench_branches', 0, 1],
        ['public.pgbench_history', 1, 0],
        ['public.pgbench_tellers', 0, 1],
      ])
    }
  })
})
