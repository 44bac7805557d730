import { literal, type Step, type ToolProject, variable } from '../project.ts'

const file = ({ up, down }: Step) => `module.exports = {
  up: (queryInterface) => queryInterface.sequelize.query(${literal(up)}),
  down: (queryInterface) => queryInterface.sequelize.query(${literal(down)}),
}
`

export const sequelize: ToolProject = {
  options: { tool: 'sequelize', folder: 'db/migrations', config: 'db/config.cjs' },
  programs: ['sequelize-cli'],
  files: ([first, second, third]) => ({
    'db/config.cjs': `module.exports = { development: { dialect: 'postgres', use_env_variable: '${variable}' } }\n`,
    'db/migrations/20260101000000-users.cjs': file(first),
    'db/migrations/20260102000000-people.cjs': file(second),
    'db/migrations/20260103000000-third.cjs': file(third),
  }),
  keys: ['20260101000000-users.cjs', '20260102000000-people.cjs', '20260103000000-third.cjs'],
  historyTables: ['SequelizeMeta'],
  isOneTransaction: false,
}
