import type { MigrationToolName } from '../../tasks/migration-tools.ts'
import { alembic } from './alembic.ts'
import { dbmate } from './dbmate.ts'
import { django } from './django.ts'
import { drizzle } from './drizzle.ts'
import { knex } from './knex.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { prisma } from './prisma.ts'
import { sequelize } from './sequelize.ts'
import type { MigrationTool } from './tool.ts'
import { typeorm } from './typeorm.ts'

/** Every tool, by the name that a task calls it. */
export const tools: Readonly<Record<MigrationToolName, MigrationTool>> = {
  alembic,
  dbmate,
  django,
  drizzle,
  knex,
  'node-pg-migrate': nodePgMigrate,
  prisma,
  sequelize,
  typeorm,
}
