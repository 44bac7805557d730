import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openProduction } from './production.ts'
import { inOne, psql, withHistory, withLateHistory } from './tools.ts'

const items = `create table items (id int primary key, n int); insert into items select n, n from generate_series(1, 1000) n;`

describe.each(await allPrograms())('a migration that dies, on PostgreSQL $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function died(migrate: ReturnType<typeof psql>, setup = items) {
    await using production = await openProduction(server, setup)
    const rehearsed = await production.rehearse(migrate, { passes: ['dying'] })
    expect(await production.clones()).toEqual([])
    return rehearsed
  }

  it('is finished after each death where what was done is recorded with it', async () => {
    const { evidence, findings, resultOf } = await died(
      withHistory('alter table items add a int', 'update items set n = n + 1', 'create table more (id int)'),
    )
    expect(resultOf('dying')).toMatchObject({ result: 'done' })
    expect(evidence.dying?.map(({ at, isFinished }) => `${at}: ${isFinished}`)).toEqual([
      'after commit 1 of 4: true',
      'after commit 2 of 4: true',
      'after commit 3 of 4: true',
    ])
    expect(findings.map(({ hazard }) => hazard)).not.toContain('partial_apply')
  })

  it('is not finished where it has no record of what it has done', async () => {
    const { evidence, findings } = await died(
      withLateHistory('alter table items add a int', 'update items set n = n + 1'),
    )
    expect(evidence.dying?.map(({ at, isFinished }) => `${at}: ${isFinished}`)).toEqual([
      'after commit 1 of 5: true',
      'after commit 2 of 5: false',
      'after commit 3 of 5: true',
      'after commit 4 of 5: false',
    ])
    // the values were changed twice, and its command said that all was well
    expect(evidence.dying?.[3]).toMatchObject({
      end: { code: 0 },
      differing: ['values of public.items.n differ'],
    })
    expect(findings).toContainEqual(expect.objectContaining({ hazard: 'partial_apply', weight: 'fails' }))
  })

  it('takes nothing for a difference that is another each time', async () => {
    const { evidence } = await died(
      withHistory(
        'alter table items add at timestamptz default clock_timestamp(), add code uuid',
        'update items set code = gen_random_uuid()',
        // the later, the more
        'delete from items where id < 5 * extract(epoch from clock_timestamp() - (select at from began))',
      ),
      `${items} create table began as select clock_timestamp() as at;`,
    )
    expect(evidence.dying?.map(({ isFinished }) => isFinished)).toEqual([true, true, true])
  })

  it('takes rows that were written twice for none that differ each time', async () => {
    const { evidence } = await died(
      withLateHistory(
        'alter table items add a int',
        'insert into sent select 1 from generate_series(1, 1000 + (5 * extract(epoch from clock_timestamp() - (select at from began)))::int)',
      ),
      `${items} create table began as select clock_timestamp() as at; create table sent (n int);`,
    )
    expect(evidence.dying?.at(-1)).toMatchObject({
      isFinished: false,
      differing: [expect.stringMatching(/^public\.sent has 2\d{3} rows, and had 1\d{3}$/)],
    })
  })

  it('leaves an index that is not valid, which IF NOT EXISTS takes for the real one', async () => {
    const build = 'create index concurrently if not exists by_n on items (n)'
    const { evidence, findings } = await died(withLateHistory(build))
    const inside = evidence.dying?.find(({ at }) => at.startsWith('in "create index concurrently'))
    expect(inside).toMatchObject({
      ...{ isFinished: false, end: { code: 0 } },
      differing: ['index public.by_n is not as it was'],
    })
    expect(findings).toContainEqual(expect.objectContaining({ hazard: 'partial_apply', weight: 'fails' }))
  })

  it('is finished where the index is dropped before it is built', async () => {
    const { evidence, findings } = await died(
      withLateHistory(
        'drop index concurrently if exists by_n;\n create index concurrently by_n on items (n)',
      ),
    )
    expect(evidence.dying?.filter(({ isFinished }) => !isFinished)).toEqual([])
    expect(evidence.dying?.filter(({ at }) => at.startsWith('in "'))).toHaveLength(2)
    expect(findings.filter(({ weight }) => weight === 'fails').map(({ hazard }) => hazard)).not.toContain(
      'partial_apply',
    )
  })

  it('is not tried where there is one commit, however often it looks before', async () => {
    const { resultOf } = await died(
      psql(
        'select 1; select * from items; begin; alter table items add a int; alter table items add b int; commit;',
      ),
    )
    expect(resultOf('dying')).toMatchObject({ result: 'not-applicable', why: 'It commits once at most.' })
    expect((await died(inOne('alter table items add a int'))).resultOf('dying')?.result).toBe(
      'not-applicable',
    )
  })
})
