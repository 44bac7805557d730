import { literal, type Step, type ToolProject, variable } from '../project.ts'

const file = ({ up, down }: Step) =>
  `export const up = (knex) => knex.raw(${literal(up)})\nexport const down = (knex) => knex.raw(${literal(down)})\n`

export const knex: ToolProject = {
  options: { tool: 'knex', folder: 'db/migrations', config: 'db/knexfile.js' },
  programs: ['knex'],
  files: ([first, second, third]) => ({
    'db/knexfile.js': `export default { client: 'pg', connection: process.env.${variable} }\n`,
    'db/migrations/20260101000000_users.js': file(first),
    'db/migrations/20260102000000_people.js': file(second),
    'db/migrations/20260103000000_third.js': file(third),
  }),
  keys: ['20260101000000_users.js', '20260102000000_people.js', '20260103000000_third.js'],
  historyTables: ['knex_migrations', 'knex_migrations_lock'],
  isOneTransaction: true,
}
