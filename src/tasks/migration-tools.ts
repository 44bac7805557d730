/** The migration tools that are known by name: each has a file in `src/migrations/tools/`. */
export const migrationTools = [
  'alembic',
  'dbmate',
  'django',
  'drizzle',
  'knex',
  'node-pg-migrate',
  'prisma',
  'sequelize',
  'typeorm',
] as const

export type MigrationToolName = (typeof migrationTools)[number]
