import { defineMigration } from 'purser'

export default defineMigration({
  name: 'migrate',
  summary: 'Brings the schema up to date.',
  database: 'main',
  sql: 'db/migrations',
  exclusive: true,
})
