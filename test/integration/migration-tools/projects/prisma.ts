import { type Step, type ToolProject, variable } from '../project.ts'

const schema = `datasource db {
  provider = "postgresql"
  url      = env("${variable}")
}
`

// With its engine in WebAssembly: the other one is downloaded.
const config = `import { PrismaPg } from '@prisma/adapter-pg'
export default {
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () => new PrismaPg({ connectionString: process.env.${variable} }),
}
`

const file = ({ up }: Step) => `${up.join(';\n')};\n`

export const prisma: ToolProject = {
  options: { tool: 'prisma', folder: 'prisma/migrations' },
  programs: ['prisma'],
  files: ([first, second, third]) => ({
    'prisma.config.ts': config,
    'prisma/schema.prisma': schema,
    'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
    'prisma/migrations/20260101000000_users/migration.sql': file(first),
    'prisma/migrations/20260102000000_people/migration.sql': file(second),
    'prisma/migrations/20260103000000_third/migration.sql': file(third),
    // In the place of what it would download, and does not use.
    'no-engine': '',
  }),
  variables: { PRISMA_QUERY_ENGINE_LIBRARY: './no-engine', PRISMA_SCHEMA_ENGINE_BINARY: './no-engine' },
  keys: ['20260101000000_users', '20260102000000_people', '20260103000000_third'],
  historyTables: ['_prisma_migrations'],
  isOneTransaction: false,
}
