import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { rehearse } from '../../../src/migrations/rehearsal/rehearse.ts'
import { passNames } from '../../../src/runs/rehearsal.ts'
import { psql } from '../migrators.ts'
import { type Comparison, compare, race, type Side, timed } from '../race.ts'
import { query, type Stage } from '../stage.ts'

const migration = `
set lock_timeout = '2s';
alter table counted alter column n type bigint;
create index counted_n on counted (n);
`

/** Trace and timing of one migration, its clones included, beside three clones and three times the migration. */
export async function compareRehearsal(
  stage: Stage,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Comparison[]> {
  const file = path.join(stage.folder, 'migration.sql')
  writeFileSync(file, migration)
  const migrate = psql(file)
  await stage.golden()
  const baseline: Side = {
    name: '3 × clone + 3 × migration',
    async time() {
      await using clone = await stage.clone()
      const { ms } = await migrate(clone.url, new AbortController().signal)
      return 3 * clone.tookMs + 3 * ms
    },
  }
  const off = new Set(passNames.filter((pass) => pass !== 'trace' && pass !== 'timing'))
  const measured: Side = {
    name: 'clones, trace and timing',
    time: () =>
      timed(async () => {
        const { evidence } = await rehearse({ ...stage.rehearsal(), migrate }, { off, clients: [] })
        const unplayed = evidence.passes.find(({ result }) => result === 'failed')
        if (unplayed !== undefined) throw new Error(`${unplayed.pass} was not played: ${unplayed.why}`)
      }),
  }
  const [size] = await query(
    stage.production.url,
    `select pg_size_pretty(pg_database_size('production')) as it`,
  )
  const took = await race([baseline, measured], rounds, tell)
  return [compare(`a rehearsal on ${size?.it}`, took, { measured, baseline, timesAtMost: 1 })]
}
