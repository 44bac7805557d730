import type { Step, ToolProject } from '../project.ts'

const file = ({ up, down }: Step) =>
  `-- migrate:up\n${up.join(';\n')};\n\n-- migrate:down\n${down.join(';\n')};\n`

export const dbmate: ToolProject = {
  options: { sql: 'db/migrations' },
  programs: ['dbmate'],
  files: ([first, second, third]) => ({
    'db/migrations/20260101000000_users.sql': file(first),
    'db/migrations/20260102000000_people.sql': file(second),
    'db/migrations/20260103000000_third.sql': file(third),
  }),
  keys: ['20260101000000', '20260102000000', '20260103000000'],
  historyTables: ['schema_migrations'],
  isOneTransaction: false,
}
