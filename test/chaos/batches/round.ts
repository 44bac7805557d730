import { setTimeout as sleep } from 'node:timers/promises'
import { type Typed, typePurser } from '../../support/cli.ts'
import type { Planned } from './act.ts'
import { followToEnd } from './follow.ts'
import type { TaskName } from './project.ts'
import { sendHome } from './send-home.ts'
import type { Stage } from './stage.ts'

/** One batch, from its start to its end, and what befell it. */
export interface Round {
  readonly stage: Stage
  readonly run: string
  /** Resolves when the batch has ended. */
  readonly over: Promise<void>
  /** Writes down what was done, and when. */
  note(this: void, what: string): void
  /** Nobody resumes the batch while this lasts. */
  resting(ms: number): Promise<void>
}

/** What a round is made of, by its seed. */
export interface RoundPlan {
  readonly seed: number
  readonly task: TaskName
  /** Long-running workers, beside the lead's own. */
  readonly workers: number
  /** Whether it befalls the run from its first moment on, and not only once its batch has begun. */
  readonly isEarly: boolean
  readonly acts: readonly { readonly afterMs: number; readonly act: Planned }[]
}

export interface Played {
  readonly run: string
  readonly notes: readonly string[]
  readonly problem?: unknown
}

/** Plays a round to the batch's end; what went wrong is in what it returns. */
export async function playRound(stage: Stage, plan: RoundPlan): Promise<Played> {
  const notes: string[] = []
  const began = performance.now()
  const note = (what: string) => void notes.push(`${Math.round(performance.now() - began)} ms: ${what}`)
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  let run = ''
  let resting = 0
  try {
    const workers = Array.from({ length: plan.workers }, () =>
      typePurser(stage.folder, ['worker', '-e', 'chaos', '--json']),
    )
    const typed = typePurser(stage.folder, ['run', plan.task, '-e', 'chaos'])
    run = await runOf(typed)
    note(`run ${run} has begun`)
    const round: Round = {
      stage,
      run,
      over,
      note,
      async resting(ms) {
        resting += 1
        await sleep(ms)
        resting -= 1
      },
    }
    if (!plan.isEarly) await begun(stage, run)
    const acts = Promise.all(plan.acts.map((each) => playAct(round, each)))
    await followToEnd(round, () => resting > 0)
    end()
    await acts
    await sendHome(stage, note, [typed, ...workers])
    return { run, notes }
  } catch (problem) {
    end()
    return { run, notes, problem }
  }
}

async function begun({ database }: Stage, run: string): Promise<void> {
  const find = async (query: string) => (await database.query(query)).length > 0
  while (!(await find(`select from pg_tables where schemaname = 'purser' and tablename = 'slices'`)))
    await sleep(20)
  while (!(await find(`select from purser.slices where batch = '${run}' and state > 0 limit 1`)))
    await sleep(20)
}

async function playAct(round: Round, { afterMs, act }: RoundPlan['acts'][number]): Promise<void> {
  await Promise.race([sleep(afterMs), round.over])
  await act.play(round).catch((error: unknown) => round.note(`"${act.what}" failed: ${error}`))
}

/** The run that a command has put on record: it says so on its stderr, before anything can befall it. */
async function runOf({ process, finished }: Typed): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let said = ''
  process.stderr?.on('data', (text: string) => {
    said += text
    const run = /\b[0-9a-z]{5}-[0-9a-z]{5}\b/.exec(said)?.[0]
    if (run !== undefined) resolve(run)
  })
  const ended = finished.then((end) => {
    throw new Error(`\`purser run\` ended before it began: ${JSON.stringify(end)}`)
  })
  return await Promise.race([promise, ended])
}
