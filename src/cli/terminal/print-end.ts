import type { Context } from '../../operations/context.ts'
import { reportAsLines } from '../../operations/rehearsals/read-report.ts'
import { viewRun } from '../../operations/runs/view-run.ts'
import type { Run } from '../../runs/run.ts'
import { describeRehearsal } from './describe-rehearsal.ts'
import { describeEnd } from './describe-run.ts'

/** What became of a run: for people on stderr, beside its output; for programs as JSON on stdout. */
export function printEnd(run: Run, { json }: { readonly json: boolean }): void {
  if (json) console.log(JSON.stringify(viewRun(run)))
  else console.error(describeEnd(run))
}

/** The same; of a rehearsal that has a verdict, all that it rests on. */
export async function printVerdict(
  context: Pick<Context, 'config'>,
  run: Run,
  { json }: { readonly json: boolean },
): Promise<void> {
  if (json || run.rehearsal === undefined) return printEnd(run, { json })
  console.error(describeRehearsal(await reportAsLines(context, run)))
}
