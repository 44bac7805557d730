import { makeProject } from '../../../test/support/project.ts'
import { compare } from '../../harness.ts'
import { node, purserIn } from '../../processes.ts'
import type { Stage } from '../contenders/contender.ts'

/** What the other series leave out, in milliseconds. */
export interface Start {
  readonly ms: number
  /** Of Node alone. */
  readonly nodeMs: number
}

/** The command line, its twin and two workers from their start to their end, over a table of one row. */
export async function measureStart({ services, table }: Stage, rounds: number): Promise<Start> {
  await using project = makeProject()
  await table.query('create table if not exists alone (id int primary key, applied int not null default 0)')
  await table.query('insert into alone values (1) on conflict do nothing')
  project.write(
    'purser.config.ts',
    `import { defineConfig } from 'purser'
import { local, postgres } from 'purser/presets'
export default defineConfig({
  environments: {
    local: {
      services: { web: { executor: local({ pidFile: 'app.pid' }) } },
      databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
    },
  },
})
`,
  )
  project.write(
    'tasks/one-row.ts',
    `import { defineBatch, sql } from 'purser'
export default defineBatch({
  name: 'one-row',
  summary: 'Raises one counter.',
  database: 'main',
  source: { table: 'alone', key: 'id' },
  statement: ({ slice }) => sql\`update alone set applied = applied + 1 where \${slice}\`,
})
`,
  )
  await project.startApp({ DATABASE_URL: services.postgres.url })
  const setting = { folder: project.folder, variables: process.env }
  const { measuredMs, baselineMs } = await compare({
    name: 'a batch of one row, two workers',
    baseline: node('node -e 0', '-e', '0'),
    measured: purserIn(setting, 'run', 'one-row', '-e', 'local', '--workers', '2'),
    goal: {},
    rounds,
  })
  return { ms: measuredMs, nodeMs: baselineMs }
}
