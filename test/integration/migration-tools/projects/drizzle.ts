import { type Step, type ToolProject, variable } from '../project.ts'

const file = ({ up }: Step) => up.join(';\n--> statement-breakpoint\n')

const tags = ['0000_users', '0001_people', '0002_third']

export const drizzle: ToolProject = {
  options: { tool: 'drizzle', folder: 'drizzle' },
  programs: ['drizzle-kit'],
  files: ([first, second, third]) => ({
    'drizzle.config.ts': `export default { dialect: 'postgresql', out: './drizzle', dbCredentials: { url: process.env.${variable} ?? '' } }\n`,
    'drizzle/meta/_journal.json': JSON.stringify({
      version: '7',
      dialect: 'postgresql',
      entries: tags.map((tag, idx) => ({
        idx,
        version: '7',
        when: 1767225600000 + idx,
        tag,
        breakpoints: true,
      })),
    }),
    'drizzle/0000_users.sql': file(first),
    'drizzle/0001_people.sql': file(second),
    'drizzle/0002_third.sql': file(third),
  }),
  keys: ['1767225600000', '1767225600001', '1767225600002'],
  historyTables: ['drizzle.__drizzle_migrations'],
  isOneTransaction: true,
}
