import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import { Recorder } from '../../../src/migrations/rehearsal/recorder.ts'
import { type Comparison, compare, race, type Side, timed } from '../race.ts'
import { query, type Stage } from '../stage.ts'

const update = 'update counted set touched = touched + 1'

/** One UPDATE of every row, over a wire that watches, beside the same without. */
export async function compareUpdate(
  stage: Stage,
  rows: number,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Comparison[]> {
  await using clone = await stage.clone()
  // Every side finds as much free room in the table, and nobody's writing to the disk.
  const calm = async () => {
    await query(clone.url, 'vacuum counted')
    await query(clone.url, 'checkpoint')
  }
  const baseline: Side = {
    name: 'directly',
    async time() {
      await calm()
      return await timed(() => query(clone.url, update))
    },
  }
  const measured: Side = {
    name: 'watched on the wire',
    async time() {
      await calm()
      const tap = new Recorder()
      await using wire = await openWire(clone.url, { tap })
      const ms = await timed(() => query(wire.url, update))
      const seen = tap.statements.flatMap(({ tables }) => tables.get('public.counted')?.updated ?? [])
      if (seen[0] !== rows) throw new Error(`The wire has seen ${seen[0]} rows of ${rows}.`)
      return ms
    },
  }
  const took = await race([baseline, measured], rounds, tell)
  // at least 0.97 of the speed
  return [
    compare(`an UPDATE of ${rows.toLocaleString('en')} rows`, took, {
      ...{ measured, baseline, timesAtMost: 1 / 0.97 },
    }),
  ]
}
