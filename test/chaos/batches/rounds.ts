import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { firstSeed, isFull, rounds } from './how-much.ts'
import { judge } from './judge.ts'
import { planRound } from './plan.ts'
import { findProcesses, signal } from './processes.ts'
import { tables } from './project.ts'
import { type Played, playRound, type RoundPlan } from './round.ts'
import { type Stage, setStage, type Transport } from './stage.ts'

/** Plays rounds one after another on one stage. Throws, with all that is known, at the first that ends wrong. */
export async function playRounds(transport: Transport): Promise<void> {
  await using stage = await setStage(transport)
  for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
    const plan = planRound(seed, transport.acts)
    const began = performance.now()
    await transport.restore()
    await stage.database.query(tables)
    const played = await playRound(stage, plan)
    const wrong =
      played.problem === undefined ? await judge(stage, played.run, plan.task) : [String(played.problem)]
    const seconds = ((performance.now() - began) / 1_000).toFixed(1)
    console.log(`${transport.name} ${describe(plan)}: ${seconds} s`)
    if (process.env.PURSER_CHAOS_NOTES !== undefined) console.log(played.notes.join('\n'))
    if (wrong.length === 0) continue
    const report = await tell(stage, plan, played, wrong)
    for (const { pid } of findProcesses(stage.folder)) signal(pid, 'SIGKILL')
    throw new Error(report)
  }
}

function describe({ seed, task, workers, acts }: RoundPlan): string {
  const all = acts.map(({ afterMs, act }) => `${act.what} after ${afterMs} ms`)
  return `round of seed ${seed} (${task}, ${workers} workers): ${all.join('; ')}`
}

async function tell(
  { folder, database }: Stage,
  plan: RoundPlan,
  { run, notes }: Played,
  wrong: readonly string[],
): Promise<string> {
  const query = (text: string) => database.query(text).catch((error: unknown) => [{ error: String(error) }])
  const state = [
    await query(`select * from purser.batches where id = '${run}'`),
    await query(`select * from purser.slices where batch = '${run}' and state <> 2 order by number limit 20`),
    await query(`select applied, count(*)::int, min(id), max(id) from counted group by 1`),
    await query(`select * from purser.buried where batch = '${run}' limit 5`),
  ]
  return [
    `Wrong: ${wrong.join('; ')}`,
    `Repeat it with ${isFull ? 'PURSER_CHAOS=full ' : ''}PURSER_CHAOS_SEED=${plan.seed} PURSER_CHAOS_ROUNDS=1.`,
    describe(plan),
    ...notes,
    ...state.map((some) => JSON.stringify(some)),
    JSON.stringify(findProcesses(folder)),
    ...journals(folder, run),
  ].join('\n')
}

/** What the last attempts printed and told: those of the run, and those that are still at work. */
function journals(folder: string, run: string): readonly string[] {
  const attempts = path.join(folder, '.purser/attempts')
  const files = readdirSync(attempts, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ndjson') || (file.startsWith(run) && file.endsWith('.ndjson.zst')))
    .map((file) => `${file}:\n${readJournal(path.join(attempts, file)).slice(-10_000)}`)
}

function readJournal(file: string): string {
  const content = readFileSync(file)
  const lines = (file.endsWith('.zst') ? zstdDecompressSync(content) : content).toString().split('\n')
  let last = ''
  const isNews = (line: string) => {
    const before = last
    last = /"done":\d+|"label":.*/g.exec(line)?.[0] ?? line
    return last !== before
  }
  return lines.filter(isNews).join('\n')
}
