import { viewRun } from '../../operations/runs/view-run.ts'
import type { Run } from '../../runs/run.ts'
import { describeEnd } from './describe-run.ts'

/** What became of a run: for people on stderr, beside its output; for programs as JSON on stdout. */
export function printEnd(run: Run, { json }: { readonly json: boolean }): void {
  if (json) console.log(JSON.stringify(viewRun(run)))
  else console.error(describeEnd(run))
}
