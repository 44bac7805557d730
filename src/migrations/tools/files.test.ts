import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { MigrationToolName } from '../../tasks/migration-tools.ts'
import { tools } from './tools.ts'

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'purser-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

const journal = {
  entries: [
    { when: 7, tag: 'b' },
    { when: 9, tag: 'a' },
  ],
}

const cases: readonly (readonly [MigrationToolName, Readonly<Record<string, string>>, readonly string[]])[] =
  [
    ['dbmate', { '2_b.sql': '', '10.sql': '', '1_a.txt': '', 'README.sql': '', '3_c.SQL': '' }, ['10', '2']],
    ['node-pg-migrate', { '1_a.js': '', '2_b.sql': '', '3_c.d.ts': '', '.4.js': '' }, ['1_a', '2_b']],
    ['knex', { '1_a.ts': '', '2_b.mjs': '', '3_c.d.ts': '', '4_d.js.map': '' }, ['1_a.ts', '2_b.mjs']],
    ['sequelize', { '1-a.js': '', 'notes.md': '' }, ['1-a.js']],
    ['prisma', { '1_a/migration.sql': '', '2_b/README.md': '', 'migration_lock.toml': '' }, ['1_a']],
    ['drizzle', { 'meta/_journal.json': JSON.stringify(journal), 'a.sql': '', 'b.sql': '' }, ['7', '9']],
    [
      'typeorm',
      {
        '1.ts': 'export class Add1700000000001 implements MigrationInterface {}',
        '2.ts': "class Other1700000000009 { name: string = 'Named1700000000002' }",
        '3.js': 'var A = (function () { function Old1700000000003() {} })()',
        '4.ts': 'export const sharedBy2 = 1',
      },
      ['Add1700000000001', 'Named1700000000002', 'Old1700000000003'],
    ],
    [
      'django',
      {
        'shop/migrations/0001_a.py': '',
        'shop/migrations/__init__.py': '',
        'shop/migrations/__pycache__/0001_a.pyc': '',
        'apps/blog/migrations/0001_b.py': '',
        '.venv/lib/site-packages/auth/migrations/0001_c.py': '',
      },
      ['blog.0001_b', 'shop.0001_a'],
    ],
    [
      'alembic',
      {
        'a_merge.py': "revision: str = 'm1'\ndown_revision: Union[str, None] = (\n  'l1',\n  \"r1\",\n)\n",
        'b_right.py': "revision = 'r1'\ndown_revision = 'f1'\ndepends_on = ('l1',)\n",
        'c_left.py': "revision = 'l1'\ndown_revision = 'f1' # 'x1'\n",
        'd_first.py': 'revision = "f1"\ndown_revision = None\n',
        'helpers.py': 'answer = 42\n',
      },
      ['f1', 'l1', 'r1', 'm1'],
    ],
  ]

it.each(cases)('%s knows its migrations, and their order', async (tool, files, keys) => {
  expect((await tools[tool].files(folderWith(files))).map(({ key }) => key)).toEqual(keys)
})

it.each(Object.values(tools))('$name says that its folder is not there', async (tool) => {
  await expect(tool.files('/no/such/folder')).rejects.toThrow(/\/no\/such\/folder/)
})

it('knows all that a revision of Alembic follows', async () => {
  const revision = "revision = 'm1'\ndown_revision = ('l1', 'r1')\ndepends_on = 'x1' # not 'y1'\n"
  const [file] = await tools.alembic.files(folderWith({ 'm.py': revision }))
  expect(file?.follows).toEqual(['l1', 'r1', 'x1'])
})
