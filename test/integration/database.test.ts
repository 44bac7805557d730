import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserJson } from '../support/cli.ts'
import { packageRoot } from '../support/package-root.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { makeProject, type Project } from '../support/project.ts'

const password = 'correct-horse-battery'
const wrongPassword = 'wrong-horse-battery'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres(password)
})
afterAll(() => server[Symbol.asyncDispose]())

const config = (url: string) => `import { defineConfig } from 'purser'
import { local, postgres } from 'purser/presets'
export default defineConfig({ environments: { local: {
  services: { web: { executor: local({ pidFile: 'app.pid' }) } },
  databases: { main: postgres({ url: ${url} }) },
} } })`

async function withDatabase(variables: Readonly<Record<string, string>>): Promise<Project> {
  const project = makeProject()
  project.write('purser.config.ts', config("{ variable: 'MAIN_DB' }"))
  await project.startApp(variables)
  return project
}

describe('purser check', () => {
  it('says what it is connected to', async () => {
    await using project = await withDatabase({ MAIN_DB: server.url() })
    const { code, stdout } = await purser(project.folder, ['check'])
    expect(stdout).toMatch(
      /databases\.main {2}PostgreSQL 1\d\.\d+.*: database postgres as postgres at 127\.0\.0\.1/,
    )
    expect(code).toBe(0)
  })

  it.each([
    ['a wrong password', { password: wrongPassword }, 'password authentication failed'],
    ['a database that is not there', { database: 'nowhere' }, 'database "nowhere" does not exist'],
  ])('says what the server says to %s, and never the password', async (_what, parts, sentence) => {
    await using project = await withDatabase({ MAIN_DB: server.url(parts) })
    for (const flags of [[], ['--json']]) {
      const { code, stdout, stderr } = await purser(project.folder, ['check', ...flags])
      expect(code).toBe(80)
      expect(stdout.replaceAll('\\"', '"')).toContain(sentence)
      for (const secret of [password, wrongPassword]) expect(stdout + stderr).not.toContain(secret)
    }
  })
})

describe('purser check of where clones are made', () => {
  const withCloneServer = async (parts: Parameters<Postgres['url']>[0]) => {
    const project = await withDatabase({ MAIN_DB: server.url() })
    const file = project.write('clone-server-url', `${server.url(parts)}\n`)
    const main = `{ variable: 'MAIN_DB' }, clones: { server: { file: '${file}' } }`
    project.write('purser.config.ts', config(main))
    return project
  }

  it('says what it is connected to', async () => {
    await server.query('create database clones_here')
    await using project = await withCloneServer({ database: 'clones_here' })
    const { code, stdout } = await purser(project.folder, ['check'])
    expect(stdout).toMatch(/databases\.main {2,}PostgreSQL 1\d\.\d+.*: database postgres as postgres/)
    expect(stdout).toMatch(
      /databases\.main\.clones\.server {2,}PostgreSQL 1\d\.\d+.*: database clones_here as postgres at 127\.0\.0\.1/,
    )
    expect(code).toBe(0)
  })

  it('says what is wrong with it alone, and never the password', async () => {
    await using project = await withCloneServer({ password: wrongPassword })
    const { code, stdout, stderr } = await purser(project.folder, ['check'])
    expect(code).toBe(80)
    expect(stdout).toMatch(/databases\.main {2,}PostgreSQL/)
    expect(stdout).toMatch(/databases\.main\.clones\.server {2,}.*password authentication failed/)
    for (const secret of [password, wrongPassword]) expect(stdout + stderr).not.toContain(secret)
  })
})

describe('a migration of plain SQL files', () => {
  it('goes through dbmate, once, into the database that the configuration names', async () => {
    await using project = await withDatabase({
      MAIN_DB: server.url(),
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    })
    mkdirSync(path.join(project.folder, 'node_modules/.bin'))
    symlinkSync(
      path.join(packageRoot, 'node_modules/.bin/dbmate'),
      path.join(project.folder, 'node_modules/.bin/dbmate'),
    )
    project.write(
      'db/20260101000000_add_notes.sql',
      '-- migrate:up\ncreate table notes (note text);\n\n-- migrate:down\ndrop table notes;\n',
    )
    project.write(
      'tasks/migrate.js',
      `import { defineMigration } from 'purser'
export default defineMigration({ name: 'migrate', summary: 'Adds notes.', database: 'main', sql: 'db' })`,
    )
    const first = await purser(project.folder, ['run', 'migrate', '-e', 'local'])
    expect([first.code, first.stderr, first.stdout]).toEqual([
      0,
      expect.any(String),
      expect.stringContaining('add_notes'),
    ])
    expect((await purser(project.folder, ['run', 'migrate', '-e', 'local'])).stdout).not.toContain(
      'add_notes',
    )
    expect(await server.query('select version from schema_migrations')).toEqual([
      { version: '20260101000000' },
    ])
    expect(await purserJson<object>(project.folder, ['show', 'last'])).toMatchObject({
      kind: 'migration',
      status: 'succeeded',
    })
  })
})

describe('a database whose URL is in a file', () => {
  it('is connected to, and its password is seen in no output', async () => {
    await using project = makeProject()
    const file = project.write('secret/url', `${server.url()}\n`)
    project.write('purser.config.ts', config(`{ file: ${JSON.stringify(file)} }`))
    await project.startApp()
    expect((await purser(project.folder, ['check'])).code).toBe(0)
    const { stdout } = await purser(project.folder, ['run', '-e', 'local', '--', 'cat', file])
    expect(stdout).toContain('postgres://postgres:[redacted')
    expect(stdout).not.toContain(password)
  })
})
