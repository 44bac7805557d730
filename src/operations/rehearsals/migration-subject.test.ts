import { describe, expect, it } from 'vitest'
import type { MigrationToolName } from '../../tasks/migration-tools.ts'
import { whyNeedless } from './migration-subject.ts'

const release = { digest: `sha256:${'a1'.repeat(32)}` }
const files = [{ name: '1_one.sql', key: '1', digest: 'd' }]
const setOf = (tool: MigrationToolName, found = files) => ({
  ...{ tool, historyTables: ['history'], files: found, hasDown: false },
})
const why = (tool: MigrationToolName, pending?: readonly string[], found = files) =>
  whyNeedless('migrate', 'main', release, setOf(tool, found), pending)

describe('that nothing is pending', () => {
  it.each(['dbmate', 'node-pg-migrate'] as const)('is known of %s, which is given its folder', (tool) => {
    expect(why(tool, [])).toBe(
      'nothing is pending on database "main", which has all migrations of "migrate" in release sha256:a1a1a1a1a1a1',
    )
  })

  it.each(['alembic', 'django', 'drizzle', 'knex', 'prisma', 'sequelize', 'typeorm'] as const)(
    'is not proven of %s, whose own configuration may have more',
    (tool) => {
      const told = { code: 'MIGRATION_NOTHING_PENDING', message: expect.stringContaining(`${tool}'s own`) }
      expect(() => why(tool, [])).toThrow(expect.objectContaining(told))
    },
  )

  it('is not so where something is, or nobody can tell', () => {
    expect(why('dbmate', ['1'])).toBeUndefined()
    expect(why('dbmate', undefined)).toBeUndefined()
  })

  it('is not known of a folder without migrations, which may be a wrong one', () => {
    const told = { code: 'MIGRATION_NOTHING_PENDING', message: expect.stringContaining('no migration') }
    expect(() => why('dbmate', [], [])).toThrow(expect.objectContaining(told))
  })
})
