import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openProduction } from './production.ts'
import { inOne, psql } from './tools.ts'

const family = `
  create table parents (id int primary key, name text);
  create table children (id int primary key, parent int references parents);
  create table others (id int primary key, parent int);
  insert into parents select n, n from generate_series(1, 10) n;
  insert into children select n, n from generate_series(1, 10) n;`

describe.each(await allPrograms())('among others, on PostgreSQL $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    // a deadlock is found when somebody has waited for so long
    server = await startPostgres('p', { programs, settings: ['deadlock_timeout=200ms'] })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function crowded(migrate: ReturnType<typeof psql>) {
    await using production = await openProduction(server, family)
    const rehearsed = await production.rehearse(migrate, { passes: ['crowd'] })
    expect(await production.clones()).toEqual([])
    return rehearsed
  }

  it.each([
    ['the parent first', inOne('alter table parents add a int; alter table children add a int')],
    ['both at once, the parent before', inOne('lock table parents, children in exclusive mode')],
    ['the parent by a check of its own', inOne('truncate parents cascade')],
  ])('a migration that locks %s deadlocks with who writes a child', async (_, migrate) => {
    const { evidence, resultOf, findings } = await crowded(migrate)
    expect(resultOf('crowd')).toMatchObject({ result: 'done' })
    expect(evidence.crowd?.deadlocks).toMatchObject([{ first: 'public.parents', second: 'public.children' }])
    expect(findings).toContainEqual(expect.objectContaining({ hazard: 'deadlock_risk', weight: 'fails' }))
  })

  it('one that locks both at once, the child before, does not', async () => {
    const { evidence, resultOf } = await crowded(inOne('lock table children, parents in exclusive mode'))
    expect(resultOf('crowd')).toMatchObject({ result: 'done' })
    expect(evidence.crowd?.deadlocks).toEqual([])
  })

  it.each([
    ['the child first', inOne('alter table children add a int; alter table parents add a int')],
    [
      'both against writers only',
      inOne('alter table children add constraint again foreign key (parent) references parents'),
    ],
    [
      'a table that references nothing yet',
      inOne('alter table others add foreign key (parent) references parents'),
    ],
    ['each in its own transaction', psql('alter table parents add a int; alter table children add a int')],
  ])('there is nothing to try where one locks %s', async (_, migrate) => {
    expect((await crowded(migrate)).resultOf('crowd')).toMatchObject({ result: 'not-applicable' })
  })
})

describe('among others that the server looks at after four seconds', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { settings: ['deadlock_timeout=4s'] })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function deadlocksOf(setting: string) {
    await using production = await openProduction(server, family)
    const migrate = psql(
      `begin; set local ${setting}; alter table parents add a int; alter table children add a int; commit`,
    )
    const { evidence, resultOf } = await production.rehearse(migrate, { passes: ['crowd'] })
    expect(resultOf('crowd')).toMatchObject({ result: 'done' })
    return evidence.crowd?.deadlocks
  }

  it('a migration that waits for just as long deadlocks', async () => {
    expect(await deadlocksOf(`lock_timeout = '4s'`)).toHaveLength(1)
  })

  it.each([`statement_timeout = '2s'`, `lock_timeout = '50ms'`])(
    'one that has %s gives up',
    async (setting) => {
      expect(await deadlocksOf(setting)).toEqual([])
    },
  )
})
