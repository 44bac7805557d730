import { literal, type Step, type ToolProject, variable } from '../project.ts'

const file = (name: string, { up, down }: Step) => `export class ${name} {
  name = '${name}'
  up = (queryRunner) => queryRunner.query(${literal(up)})
  down = (queryRunner) => queryRunner.query(${literal(down)})
}
`

const dataSource = `import { DataSource } from 'typeorm'
export default new DataSource({
  type: 'postgres',
  url: process.env.${variable},
  migrations: ['src/migrations/*.js'],
})
`

export const typeorm: ToolProject = {
  options: { tool: 'typeorm', folder: 'src/migrations', config: 'src/data-source.js' },
  programs: ['typeorm'],
  files: ([first, second, third]) => ({
    'src/data-source.js': dataSource,
    'src/migrations/1767225600000-Users.js': file('Users1767225600000', first),
    'src/migrations/1767312000000-People.js': file('People1767312000000', second),
    'src/migrations/1767398400000-Third.js': file('Third1767398400000', third),
  }),
  keys: ['Users1767225600000', 'People1767312000000', 'Third1767398400000'],
  historyTables: ['migrations'],
  isOneTransaction: true,
}
