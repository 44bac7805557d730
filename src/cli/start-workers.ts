import { count } from '../core/text.ts'
import type { Context } from '../operations/context.ts'
import { awaitStart } from '../operations/follow-run.ts'
import { type ResumeOptions, resumeRun } from '../operations/resume-run.ts'
import { type FoundRun, readRun } from '../operations/runs/find-run.ts'
import type { Wish } from '../operations/start-run/wish.ts'
import { type Started, startRun } from '../operations/start-run.ts'
import type { Run } from '../runs/run.ts'
import { isEnd } from '../runs/statuses.ts'
import { Interruption } from './interruption.ts'
import { printEnd } from './terminal/print-end.ts'
import { reportError } from './terminal/report-error.ts'
import { paint } from './terminal/style.ts'
import { detachFrom, Opening, watchRun } from './watch-run.ts'

/** What is said of the workers, which are to be as their lead. */
interface WorkersOptions extends Pick<Wish, 'differs'> {
  readonly workers?: number
  readonly candidate?: string
  readonly json: boolean
}

/** Starts a batch's workers, each a run of its own, in a twin of its own. They end with the batch. */
export async function startWorkers(
  context: Context,
  { id, request }: Run,
  { workers = 0, differs, candidate, json }: WorkersOptions,
): Promise<void> {
  const wish: Wish = {
    environment: request.environment,
    service: request.service,
    what: { worker: { batch: request.batch?.id ?? id, task: request.task } },
    reason: request.reason ?? `works on run ${id}`,
    timeoutMs: undefined,
    differs,
    candidate,
  }
  let begun = 0
  for (let n = 0; n < workers; n += 1) {
    if (await hasBegun(context, wish, json)) begun += 1
  }
  if (workers > 0 && !json) console.error(describeWorkers(begun, request.environment))
}

/** Starts a worker. What keeps it from its work is said, and keeps nobody from following the batch. */
async function hasBegun(context: Context, wish: Wish, json: boolean): Promise<boolean> {
  try {
    const run = await onceBegun(context, await startRun(context, wish))
    const isRefused = isEnd(run.status) && run.status !== 'succeeded'
    if (isRefused) printEnd(run, { json })
    return !isRefused
  } catch (error) {
    reportError(error, { json })
    return false
  }
}

/** A worker's run at work, or as it ended where it may not begin. */
async function onceBegun(context: Context, worker: Started): Promise<Run> {
  if ('refusals' in worker) return worker.run
  await awaitStart(context, worker, worker.execution)
  return readRun(worker.ledger, worker.run.id)
}

function describeWorkers(begun: number, environment: string): string {
  if (begun > 0)
    return paint('dim', `  ${count(begun, 'worker')} started, each a run of its own.`, process.stderr)
  const then = `Mend what is in the way, then start some with \`purser worker -e ${environment}\`.`
  return paint(
    'yellow',
    `  None of the batch's workers may begin, and it waits for them. ${then}`,
    process.stderr,
  )
}

/** Lets a batch go on, and follows it unless it is to be left to itself. */
export async function resumeAndWatch(
  context: Context,
  found: FoundRun,
  options: ResumeOptions,
  { json, detach }: { readonly json: boolean; readonly detach: boolean },
): Promise<void> {
  const interruption = new Interruption()
  const opening = new Opening(json)
  const resumed = await resumeRun(context, found, options, { judged: opening.judged })
  opening.say(resumed.run)
  // that the release may be another is said of this run, and no kind of fact
  const { release: _, ...differs } = options.differs
  await startWorkers(context, resumed.run, { ...options, differs, json })
  if (detach) return detachFrom(context, resumed, json)
  await watchRun(context, resumed, { json, interruption })
}
