import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientStatement } from '../../../src/databases/inspector.ts'
import type { Finding } from '../../../src/migrations/rehearsal/finding.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { programsWithDump } from '../clone/stage.ts'
import { openProduction } from './production.ts'
import { inOne } from './tools.ts'

const users = `
  create type shade as enum ('glad');
  create table users (id int primary key, name text, email text);
  insert into users select n, 'n' || n, 'e' || n from generate_series(101, 110) n;
  create sequence turn; grant usage on turn to public;
  grant all on users to public; grant create on schema public to public;`

function failing(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ weight }) => weight === 'fails').map(({ hazard }) => hazard)
}

function sent(text: string, role?: string): ClientStatement {
  return { text, calls: 1, ...(role === undefined ? {} : { role }) }
}

describe.each(await allPrograms())('clients of the running release, on PostgreSQL $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
    await server.query(`create role app login password 'p'; create role lonely login password 'p'`)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function tried(migration: string, clients: readonly ClientStatement[]) {
    await using production = await openProduction(server, users)
    return await production.rehearse(inOne(migration), { clients, passes: ['compat'] })
  }

  it.each<[what: string, migration: string, statement: string, after: object]>([
    ['SELECT * of before', 'alter table users add age int', 'select * from users', { sqlState: '0A000' }],
    [
      'a dropped column',
      'alter table users drop email',
      'select email from users where id = $1',
      { sqlState: '42703' },
    ],
    [
      'a new column that must have a value',
      `alter table users add age int not null default 1; alter table users alter age drop default`,
      `insert into users (id, name) values ($1, $2)`,
      { sqlState: '23502' },
    ],
    [
      'a renamed table',
      'alter table users rename to people',
      'select name from users',
      { sqlState: '42P01' },
    ],
    [
      'a label with another name',
      `alter type shade rename value 'glad' to 'happy'`,
      `select 'glad'::shade`,
      { sqlState: '22P02' },
    ],
    ['row security', 'alter table users enable row level security', 'select name from users', { rows: 0 }],
  ])('finds what breaks by %s', async (_, migration, statement, after) => {
    const { evidence, findings, verdict } = await tried(migration, [sent(statement, 'app')])
    expect(evidence.compat?.after).toEqual([after])
    expect(evidence.compat?.before[0]).toHaveProperty('rows')
    expect(failing(findings)).toContain('breaks_clients')
    expect(verdict).toBe('fail')
  })

  it.each<[what: string, migration: string, statement: string]>([
    ['columns by name', 'alter table users add age int', 'select id, name from users'],
    [
      'a new column with a default',
      'alter table users add age int not null default 1',
      'insert into users (id, name) values (100, $1)',
    ],
    [
      'a table that stays as a view',
      'alter table users rename to people; create view users as select * from people; grant all on users to public',
      'select name from users where id = $1',
    ],
    [
      'row security that lets it through',
      'alter table users enable row level security; create policy everybody on users using (true)',
      'select name from users',
    ],
  ])('has nothing against %s', async (_, migration, statement) => {
    const { evidence, findings, gaps } = await tried(migration, [sent(statement, 'app')])
    expect(evidence.compat?.after).toEqual(evidence.compat?.before)
    expect(evidence.compat?.after[0]).toHaveProperty('rows')
    expect(failing(findings)).not.toContain('breaks_clients')
    expect(gaps.join()).not.toContain('GRANT')
  })

  // with each time that it is asked, as with time that passes
  const unsteady = `select name from users limit nextval('turn')`

  it('has nothing against a statement that returns another number of rows each time', async () => {
    const { evidence, findings } = await tried('alter table users add age int', [sent(unsteady, 'app')])
    expect(evidence.compat?.after).toEqual(evidence.compat?.before)
    expect(failing(findings)).not.toContain('breaks_clients')
  })

  it('finds that such a statement returns nothing any more', async () => {
    const { findings } = await tried(
      `alter table users enable row level security; select setval('turn', 5)`,
      [sent(unsteady, 'app')],
    )
    expect(failing(findings)).toContain('breaks_clients')
  })
})

describe('roles of clients', () => {
  it('are named where they can not be taken', async () => {
    await using server = await startPostgres('p', { programs: await programsWithDump() })
    await server.query(`create role lonely; create role migrator login password 'p' createdb`)
    await using production = await openProduction(server, users)
    const { evidence, gaps } = await production.rehearse(inOne('create table fresh ()'), {
      clients: [sent('select name from users', 'lonely')],
      passes: ['compat'],
      as: 'migrator',
    })
    expect(evidence.compat?.lacking?.[0]?.grant).toBe('GRANT "lonely" TO "migrator"')
    expect(gaps.join()).toContain('GRANT "lonely" TO "migrator"')
  })
})
