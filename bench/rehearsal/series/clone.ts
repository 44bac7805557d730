import { type Comparison, compare, race, type Side, timed } from '../race.ts'
import { query, type Stage } from '../stage.ts'

/** A clone from the golden copy, beside the copies that the server makes by itself of the same. */
export async function compareCloning(
  stage: Stage,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Comparison[]> {
  const golden = await stage.golden()
  const copy = (name: string, strategy: string): Side => ({
    name,
    async time() {
      const ms = await timed(() =>
        query(stage.cloneServer.url, `create database copied template ${golden} ${strategy}`),
      )
      await query(stage.cloneServer.url, 'drop database copied')
      return ms
    },
  })
  const usual = copy('CREATE DATABASE … TEMPLATE', '')
  const files = copy('the same with FILE_COPY', 'strategy file_copy')
  const measured: Side = {
    name: 'clone, compared with production',
    async time() {
      await using clone = await stage.clone()
      return clone.tookMs
    },
  }
  const took = await race([usual, files, measured], rounds, tell)
  return [
    compare('a clone', took, { measured, baseline: usual, timesAtMost: 1.1 }),
    compare('a clone', took, { measured, baseline: files }),
  ]
}
