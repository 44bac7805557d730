import { setTimeout as sleep } from 'node:timers/promises'
import { rows, sliceRows, type TaskName } from './project.ts'
import type { Stage } from './stage.ts'

interface Sums {
  readonly [name: string]: unknown
}

/** What is wrong with how a round ended; nothing where everything was done exactly once. */
export async function judge(stage: Stage, run: string, task: TaskName): Promise<readonly string[]> {
  const [found] = (await stage.database.query(`
    select (select count(*) from counted where applied <> 1)::int as "notOnce",
      (select count(*) from counted)::int as rows,
      (select state from purser.batches where id = '${run}') as state,
      (select sum(rows) from purser.slices where batch = '${run}' and state = 2)::int as "doneRows",
      (select count(*) from purser.slices where batch = '${run}' and state = 2)::int as done,
      (select count(*) from purser.slices where batch = '${run}' and state in (0, 1))::int as open,
      (select count(*) from purser.buried where batch = '${run}')::int as buried,
      (select count(*) from effects)::int as effects,
      (select count(*) from effects e join purser.slices s on s.batch = e.run and s.state = 2
        and (s.upper->>0)::bigint = e.last and s.rows = e.rows)::int as matched`)) as readonly Sums[]
  const effects = task === 'by-code' ? found?.done : 0
  const expected: Sums = {
    notOnce: 0,
    rows,
    state: 'finished',
    doneRows: rows,
    open: 0,
    buried: 0,
    effects,
    matched: effects,
  }
  const wrong = Object.entries(expected).flatMap(([name, value]) =>
    found?.[name] === value ? [] : [`${name} is ${found?.[name]} and should be ${value}`],
  )
  // a slice that its workers died over is halved, and none is made twice
  if (Number(found?.done) < rows / sliceRows) wrong.push(`only ${found?.done} slices are done`)
  const left = await leftAfterAMoment(stage, run)
  return left === 0 ? wrong : [...wrong, `${left} messages are left on the queue`]
}

// What a worker was killed with comes back by time alone.
const momentMs = 5_000
const longestMs = 60_000

async function leftAfterAMoment({ transport }: Stage, run: string): Promise<number> {
  const leftUntil = async (deadline: number): Promise<number> => {
    for (;;) {
      const left = await transport.left()
      if (left === 0 || performance.now() > deadline) return left
      await sleep(50)
    }
  }
  const began = performance.now()
  if ((await leftUntil(began + momentMs)) === 0) return 0
  await transport.takeOff?.(run)
  return leftUntil(began + longestMs)
}
