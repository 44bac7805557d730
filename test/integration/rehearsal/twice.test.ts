import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { programsWithDump } from '../clone/stage.ts'
import { openProduction } from './production.ts'
import { inOne, psql, withHistory } from './tools.ts'

const items = `create table items (id int primary key, n int); insert into items values (1, 1), (2, 1);`

describe('a second run', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs: await programsWithDump() })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function again(migrate: ReturnType<typeof psql>) {
    await using production = await openProduction(server, items)
    const rehearsed = await production.rehearse(migrate, { passes: ['twice'] })
    return { ...rehearsed, twice: rehearsed.evidence.twice }
  }

  it.each([
    ['what is recorded', withHistory('alter table items add a int', 'insert into items values (3, 3)')],
    ['what looks before', inOne('alter table items add if not exists a int')],
    ['what inserts where nothing is there', inOne('insert into items values (3, 3) on conflict do nothing')],
  ])('finds everything done by %s', async (_, migrate) => {
    expect((await again(migrate)).twice).toMatchObject({ isFixedPoint: true, end: { code: 0 } })
  })

  it.each([
    ['changes values again', inOne('update items set n = n + 1'), 0],
    ['inserts again', inOne('insert into items select max(id) + 1, 1 from items'), 0],
    ['makes something each time', psql('select count(*) as n from pg_class \\gset\n create table t:n ()'), 0],
    ['fails where it is done', inOne('alter table items add a int'), 3],
  ])('tells of what %s', async (_, migrate, code) => {
    const { twice, findings } = await again(migrate)
    expect(twice).toMatchObject({ isFixedPoint: false, failsElsewhere: false, end: { code } })
    expect(findings.map(({ hazard }) => hazard)).toContain('not_repeatable')
  })

  it.each<[what: string, sql: string, isElsewhere: boolean]>([
    [
      'elsewhere, where a part of it was left',
      'alter table items add a int; create unique index on items (n)',
      true,
    ],
    [
      'for another reason in the same statement, where an index was left that is not valid',
      'create unique index concurrently by_n on items (n)',
      true,
    ],
    ['in the same way, where nothing was left', 'create unique index on items (n)', false],
  ])('of what fails, fails %s', async (_, sql, isElsewhere) => {
    const { twice, findings } = await again(psql(sql))
    expect(twice).toMatchObject({ failsElsewhere: isElsewhere, isFixedPoint: false })
    const partial = findings.find(({ hazard }) => hazard === 'partial_apply')
    expect(partial?.weight).toBe(isElsewhere ? 'fails' : undefined)
  })
})
