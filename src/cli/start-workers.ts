import { count } from '../core/text.ts'
import type { Context } from '../operations/context.ts'
import { awaitStart } from '../operations/follow-run.ts'
import { type ResumeOptions, resumeRun } from '../operations/resume-run.ts'
import type { FoundRun } from '../operations/runs/find-run.ts'
import type { Wish } from '../operations/start-run/wish.ts'
import { startRun } from '../operations/start-run.ts'
import type { Run } from '../runs/run.ts'
import { Interruption } from './interruption.ts'
import { printEnd } from './terminal/print-end.ts'
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
  for (let n = 0; n < workers; n += 1) {
    const worker = await startRun(context, {
      environment: request.environment,
      service: request.service,
      what: { worker: { batch: request.batch?.id ?? id, task: request.task } },
      reason: request.reason ?? `works on run ${id}`,
      timeoutMs: undefined,
      differs,
      candidate,
    })
    if ('refusals' in worker) printEnd(worker.run, { json })
    else await awaitStart(context, worker, worker.execution)
  }
  if (workers > 0 && !json) {
    console.error(
      paint('dim', `  ${count(workers, 'worker')} started, each a run of its own.`, process.stderr),
    )
  }
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
