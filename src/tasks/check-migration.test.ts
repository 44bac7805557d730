import { expect, it } from 'vitest'
import { checkMigration } from './check-migration.ts'
import type { MigrationOptions } from './task.ts'

const check = (options: object) => () => checkMigration({ database: 'main', ...options } as MigrationOptions)

it.each([
  { sql: 'db' },
  { sql: 'db', historyTable: 'public.versions' },
  { command: ['make', 'migrate'] },
  { command: ['make', 'migrate'], down: ['make', 'undo'], tool: 'prisma', folder: 'prisma/migrations' },
  { tool: 'alembic', folder: 'alembic/versions', program: ['poetry', 'run', 'alembic'] },
  { tool: 'typeorm', folder: 'src/migrations', config: 'src/data-source.js' },
])('takes %o', (options) => {
  expect(check(options)).not.toThrow()
})

it.each([
  [{}, 'It needs `sql`, `tool` with `folder`, or `command`'],
  [{ database: undefined, sql: 'db' }, 'It names no `database`'],
  [{ sql: 7 }, 'Its sql is 7, which is no text'],
  [{ sql: 'db', tool: 'knex' }, 'It has `sql`, beside which `tool` has no meaning'],
  [
    { command: 'make migrate' },
    'Its command is "make migrate"; it is a list of the program and its arguments',
  ],
  [{ command: ['make', 7] }, 'Its command is ["make",7]'],
  [{ command: ['make'], folder: 'db' }, 'it takes both to tell what is pending'],
  [{ tool: 'kenx', folder: 'db' }, 'Its tool "kenx" is not known. Did you mean "knex"?'],
  [{ tool: 'flyway', folder: 'db' }, 'Any other is a `command`'],
  [{ tool: 'knex' }, 'It names no `folder`'],
  [{ tool: 'typeorm', folder: 'src' }, 'It names no `config`: the file with the DataSource'],
  [{ tool: 'knex', folder: 'db', down: ['x'] }, 'It has `tool`, beside which `down` has no meaning'],
  [{ tool: 'knex', folder: 'db', program: [] }, 'Its program is []'],
])('refuses %o, and says why', (options, sentence) => {
  expect(check(options)).toThrow(sentence)
})
