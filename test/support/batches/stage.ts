import { purser, purserJson, typePurser } from '../cli.ts'
import type { Project } from '../project.ts'
import { until } from '../until.ts'
import { gateAfter, rowCount } from './tasks.ts'

export const password = 'correct-horse-battery'

/** What the tests look at of a run. */
export interface BatchRun {
  readonly run: string
  readonly status: string
  readonly task: string
  readonly kind: string
  readonly exitCode?: number
  readonly exitCodeFrom?: string
  readonly rests?: string
  readonly reason?: string
  readonly batch?: string
  readonly progress?: { readonly done: number; readonly total?: number; readonly label?: string }
  readonly outcome?: Readonly<Record<string, unknown>>
  readonly parity?: { readonly verdict: string; readonly own: readonly { readonly fact: string }[] }
  readonly attempts: readonly { readonly id: string; readonly pid?: number }[]
}

/** How the states of slices are kept. */
export const sliceStates = { claimed: 1, done: 2 } as const

/** An app with batches, its PostgreSQL, and what its operator does with them. */
export abstract class BatchStage {
  /** Where its operator types. */
  readonly project: Project
  /** What its operator calls where it runs. */
  readonly #environment: string

  constructor(project: Project, environment: string) {
    this.project = project
    this.#environment = environment
  }

  /** The rows of a query. */
  abstract query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** Runs statements that give no rows. */
  abstract execute(sql: string): Promise<void>
  /** Stops every slice above `gateAfter` of the gated batch until it is disposed of. */
  abstract closeGate(): Promise<AsyncDisposable>
  /** Kills what works for a run, with -9. */
  abstract kill(run: BatchRun): Promise<void>
  /** Whether a run's worker was told to leave, and knows it. */
  abstract isTold(run: BatchRun): Promise<boolean>
  abstract [Symbol.asyncDispose](): Promise<void>

  /** Fills the table anew; no batch is known any more. */
  fill(rows = rowCount): Promise<void> {
    return this.execute(`
      drop schema if exists purser cascade;
      drop table if exists places, poison;
      create table places (id bigint primary key, applied int not null default 0);
      create table poison (id bigint primary key);
      insert into places select n from generate_series(1, ${rows}) n;
      analyze places`)
  }

  /** Makes rows fail. */
  poison(...ids: readonly number[]): Promise<void> {
    return this.execute(`insert into poison values ${ids.map((id) => `(${id})`).join(', ')}`)
  }

  /** How many rows were done how often. */
  async applied(): Promise<Readonly<Record<number, number>>> {
    const counted = await this.query('select applied, count(*)::int as n from places group by applied')
    return Object.fromEntries(counted.map(({ applied, n }) => [applied, n]))
  }

  /** How many slices there are of a state, and of how many workers. */
  async slices(state: number): Promise<{ readonly slices: number; readonly workers: number }> {
    const [there] = await this.query(`select to_regclass('purser.slices') is not null as yes`)
    if (there?.yes !== true) return { slices: 0, workers: 0 }
    const [counted] = await this.query(
      `select count(*)::int as slices, count(distinct worker)::int as workers from purser.slices where state = ${state}`,
    )
    return counted as { slices: number; workers: number }
  }

  /** How many slices were done by a run's workers. */
  async slicesOf(of: BatchRun | undefined): Promise<number> {
    const [row] = await this.query(
      `select count(*)::int as n from purser.slices where state = ${sliceStates.done} and worker like '${of?.run}.%'`,
    )
    return Number(row?.n)
  }

  /** As the database has the batch that was begun last. */
  async state(): Promise<unknown> {
    const [row] = await this.query('select state from purser.batches order by created_at desc limit 1')
    return row?.state
  }

  purser(...args: string[]): ReturnType<typeof purser> {
    return purser(this.project.folder, args)
  }

  type(...args: string[]): ReturnType<typeof typePurser> {
    return typePurser(this.project.folder, args)
  }

  /** Runs a task to its end. */
  run(task: string, ...args: string[]): ReturnType<typeof purser> {
    return this.purser('run', task, '-e', this.#environment, ...args)
  }

  /** Starts a task, as somebody at a terminal does. */
  typeRun(task: string, ...args: string[]): ReturnType<typeof typePurser> {
    return this.type('run', task, '-e', this.#environment, ...args)
  }

  typeWorker(): ReturnType<typeof typePurser> {
    return this.type('worker', '-e', this.#environment)
  }

  /** Starts a batch, and waits until nothing is left for it but what the gate keeps from it. */
  async runToGate(task: string, ...args: string[]) {
    const typed = this.typeRun(task, ...args)
    const { claimed } = sliceStates
    await until(
      async () => (await this.applied())[1] === gateAfter && (await this.slices(claimed)).slices > 0,
    )
    return { typed, run: await this.batch() }
  }

  show(run = 'last'): Promise<BatchRun> {
    return purserJson(this.project.folder, ['show', run])
  }

  runs(): Promise<readonly BatchRun[]> {
    return purserJson(this.project.folder, ['runs'])
  }

  /** The batch that was started last. */
  async batch(): Promise<BatchRun> {
    const found = (await this.runs()).find(({ kind }) => kind === 'batch')
    if (found === undefined) throw new Error('No batch is on record.')
    return found
  }

  async workersOf({ run }: BatchRun): Promise<readonly BatchRun[]> {
    return (await this.runs()).filter(({ kind, batch }) => kind === 'worker' && batch === run)
  }
}
