import type { Project } from '../../support/project.ts'

/** Rows of the table, and of a slice at most. */
export const rows = 10_000
export const sliceRows = 200
export const leaseMs = 1_500

const limits = (most: number) => `slice: { rows: ${most} }, limits: { leaseMs: ${leaseMs}, buried: 0 }`

// About 20 ms a slice: several go to the database together, and are met in the midst of that.
const byStatement = `
import { defineBatch, sql } from 'purser'
export default defineBatch({
  name: 'by-statement', summary: 'Counts up.', database: 'main', source: { table: 'counted', key: 'id' }, ${limits(sliceRows / 5)},
  statement: ({ slice }) => sql\`
    update counted set applied = applied + 1 from (select pg_sleep(0.02) offset 0) as slowly where \${slice}\`,
})
`

// About 100 ms a slice: long enough to be met in the middle of one.
const byCode = `
import { defineBatch } from 'purser'
export default defineBatch({
  name: 'by-code', summary: 'Counts up.', database: 'main', source: { table: 'counted', key: 'id' }, ${limits(sliceRows)},
  async process({ rows, tx, run }) {
    await tx.query('select pg_sleep(0.06)')
    await tx.query('update counted set applied = applied + 1 where id = any($1)', [rows.map(({ id }) => id)])
    await new Promise((resolve) => setTimeout(resolve, 20))
    await tx.query('insert into effects values ($1, $2, $3, $4)', [run, rows[0].id, rows.at(-1).id, rows.length])
  },
})
`

export const tasks = ['by-statement', 'by-code'] as const
export type TaskName = (typeof tasks)[number]

/** Writes the two batches, and a configuration with this queue. */
export function writeProject(project: Project, queue: string): void {
  project.write('tasks/by-statement.js', byStatement)
  project.write('tasks/by-code.js', byCode)
  project.write(
    'purser.config.ts',
    `
import { defineConfig } from 'purser'
import { local, postgres, rabbitmq, sqs } from 'purser/presets'
export default defineConfig({
  environments: {
    chaos: {
      services: { web: { executor: local({ pidFile: 'app.pid' }) } },
      databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
      ${queue}
    },
  },
})
`,
  )
}

/** The tables as they are before a batch. */
export const tables = `
drop table if exists counted, effects;
create table counted (id bigint primary key, applied int not null default 0) with (fillfactor = 50);
insert into counted select n from generate_series(1, ${rows}) as n;
create table effects (run text not null, first bigint not null, last bigint not null, rows int not null);
analyze counted`
