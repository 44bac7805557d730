import { z } from 'zod'
import type { Terminal } from './terminal.ts'

/** The part of a run's record that the demo looks at. */
const RunRecord = z.object({
  run: z.string(),
  task: z.string(),
  status: z.string(),
  notices: z.array(z.string()),
  refusals: z.array(z.object({ message: z.string() })),
  progress: z.object({ done: z.number() }).optional(),
  rehearsal: z
    .object({ verdict: z.string(), findings: z.array(z.object({ hazard: z.string(), weight: z.string() })) })
    .optional(),
  attempts: z.array(z.object({ pid: z.number().optional() })),
})

type RunRecord = z.infer<typeof RunRecord>

/** The latest run of a task, in a certain status if one is named. */
export async function latestRun(terminal: Terminal, task: string, status?: string): Promise<RunRecord> {
  const runs = z.array(RunRecord).parse(JSON.parse(await terminal.ask(['runs', '--json'])))
  const run = runs.find((one) => one.task === task && (status === undefined || one.status === status))
  if (run === undefined) throw new Error(`No run of ${task} is on record${status ? ` as ${status}` : ''}.`)
  return run
}

/** All that is known of a run. */
export async function lookAt(terminal: Terminal, id: string): Promise<RunRecord> {
  return RunRecord.parse(JSON.parse(await terminal.ask(['show', id, '--json'])))
}

/** Throws when a run has not become what it should. */
export async function expectStatus(terminal: Terminal, id: string, status: string): Promise<void> {
  const run = await lookAt(terminal, id)
  if (run.status !== status) throw new Error(`Run ${id} of ${run.task} is ${run.status} and not ${status}.`)
}
