import { literal, type Step, type ToolProject } from '../project.ts'

const file = ({ up, down }: Step) =>
  `export const up = (pgm) => pgm.sql(${literal(up)})\nexport const down = (pgm) => pgm.sql(${literal(down)})\n`

export const nodePgMigrate: ToolProject = {
  options: { tool: 'node-pg-migrate', folder: 'migrations' },
  programs: ['node-pg-migrate'],
  files: ([first, second, third]) => ({
    'migrations/1767225600000_users.js': file(first),
    'migrations/1767312000000_people.js': file(second),
    'migrations/1767398400000_third.js': file(third),
  }),
  keys: ['1767225600000_users', '1767312000000_people', '1767398400000_third'],
  historyTables: ['public.pgmigrations'],
  isOneTransaction: true,
}
