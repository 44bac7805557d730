import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rehearse } from '../../../src/migrations/rehearsal/rehearse.ts'
import { passNames } from '../../../src/runs/rehearsal.ts'
import { dbmate } from '../migrators.ts'
import { type Comparison, compare, race, type Side } from '../race.ts'
import { of, query, type Stage } from '../stage.ts'

/** A whole history of small migrations: its trace, with all that is compared before and after, beside the plain run. */
export async function compareSet(
  stage: Stage,
  migrations: number,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Comparison[]> {
  const migrate = dbmate(writeSet(path.join(stage.folder, 'migrations'), migrations))
  const golden = await stage.golden()
  const baseline: Side = {
    name: 'dbmate',
    async time() {
      await query(stage.cloneServer.url, `create database plain template ${golden}`)
      const { ms } = await migrate(of(stage.cloneServer, 'plain'), new AbortController().signal)
      await query(stage.cloneServer.url, 'drop database plain')
      return ms
    },
  }
  const measured: Side = {
    name: 'its trace',
    time: () => traceMs(stage, migrate),
  }
  const took = await race([baseline, measured], rounds, tell)
  return [compare(`a set of ${migrations} migrations`, took, { measured, baseline, timesAtMost: 2 })]
}

/** How long the trace pass of a rehearsal takes, without the making of its clones. */
async function traceMs(stage: Stage, migrate: ReturnType<typeof dbmate>): Promise<number> {
  const off = new Set(passNames.filter((pass) => pass !== 'trace'))
  const { evidence } = await rehearse({ ...stage.rehearsal(), migrate }, { off, clients: [] })
  const trace = evidence.passes.find(({ pass }) => pass === 'trace')
  if (trace?.ms === undefined || evidence.trace?.end.code !== 0)
    throw new Error(`The trace was not played: ${trace?.why}`)
  return trace.ms
}

/** Tables, columns, indexes and rows, a file each, as a history of an app has them. Returns the folder. */
function writeSet(folder: string, migrations: number): string {
  mkdirSync(folder)
  for (let n = 0; n < migrations; n += 1) {
    const table = `part_${n - (n % 4)}`
    const statements = [
      `create table ${table} (id bigint generated always as identity primary key, name text not null, at timestamptz)`,
      `alter table ${table} add column size integer not null default 0`,
      `create index on ${table} (name)`,
      `insert into ${table} (name) select 'n' || i from generate_series(1, 20) as i`,
    ]
    const version = 20_200_101_000_000 + n
    const text = `-- migrate:up\n${statements[n % 4]};\n-- migrate:down\nselect 1;\n`
    writeFileSync(path.join(folder, `${version}_step.sql`), text)
  }
  return folder
}
