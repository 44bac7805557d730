import pg from 'pg'
import { purser, purserJson, typePurser } from './cli.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type App, makeProject, type Project } from './project.ts'

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
  readonly attempts: readonly { readonly id: string; readonly pid?: number }[]
}

export const password = 'correct-horse-battery'
/** How many rows there are, in slices of a hundred. */
export const rowCount = 3_000
/** Slices above this key wait at the gate while it is closed. */
export const gateAfter = 1_000

const gateLock = 7

const config = `import { defineConfig } from 'purser'
import { local, postgres } from 'purser/presets'
export default defineConfig({ environments: { local: {
  services: { web: { executor: local({ pidFile: 'app.pid' }) } },
  databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
} } })`

/** A batch over the table; what becomes of it is told by tables of the test's. */
function batch(name: string, options: string): string {
  return `import { defineBatch, sql } from 'purser'
import { z } from 'zod'
export default defineBatch({
  name: '${name}', summary: 'A batch of the tests.', database: 'main',
  source: { table: 'places', key: 'id' }, slice: { rows: 100 },
  ${options}
})`
}

const setting = (what: string) =>
  `statement: ({ slice }) => sql\`update places set ${what} where \${slice}\`,`
const apply = `await tx.query('update places set applied = applied + 1 where id = any($1)', [rows.map(({ id }) => id)])`
const isIn = (table: string) =>
  `(await tx.query('select from ${table} where id = any($1)', [rows.map(({ id }) => id)])).count > 0`

const tasks = {
  // A statement, and nothing in its way.
  count: batch('count', setting('applied = applied + 1')),
  // Code that waits where the test wants it to.
  gated: batch(
    'gated',
    `params: z.object({ note: z.string().optional(), password: z.string().optional() }),
  limits: { leaseMs: 2_000 },
  async process({ rows, tx }) {
    // tells the test that this worker was told to leave
    globalThis.hears ??= process.once('SIGTERM', () =>
      process.getBuiltinModule('node:fs').writeFileSync('.purser/told-' + process.env.PURSER_RUN, ''))
    await tx.query('select pg_advisory_xact_lock_shared(${gateLock}) where $1 > ${gateAfter}', [Number(rows[0]?.id)])
    ${apply}
  },`,
  ),
  poisoned: batch(
    'poisoned',
    `limits: { tries: 2, leaseMs: 2_000 },
  async process({ rows, tx }) {
    if (${isIn('poison')}) throw new Error(rows.length === 1 ? 'row ' + rows[0].id + ' is poison' : 'poison is in it')
    ${apply}
  },`,
  ),
  strict: batch(
    'strict',
    `limits: { tries: 1, buried: 1, leaseMs: 2_000 },
  async process({ rows, tx }) {
    if (${isIn('poison')}) throw new Error('poison is in it')
    ${apply}
  },`,
  ),
  exiting: batch(
    'exiting',
    `limits: { tries: 1, leaseMs: 2_000 },
  async process({ rows, tx }) {
    ${apply}
    if (${isIn('poison')}) process.exit(0)
  },`,
  ),
  hanging: batch(
    'hanging',
    `limits: { tries: 1, sliceMs: 200, leaseMs: 2_000 },
  async process({ rows, tx }) {
    ${apply}
    if (${isIn('poison')}) await new Promise(() => {})
  },`,
  ),
  telling: batch(
    'telling',
    `limits: { tries: 1 },
  async process({ rows, tx }) {
    if (${isIn('poison')}) throw new Error('no answer from ' + process.env.DATABASE_URL)
    ${apply}
  },`,
  ),
  unfit: batch('unfit', setting('applied = 1')).replace("key: 'id'", "key: 'applied'"),
  mistaken: batch('mistaken', setting('aplied = 1')),
  careless: batch('careless', 'statement: () => sql`update places set applied = applied + 1`,'),
  script: `import { defineScript } from 'purser'
export default defineScript({ name: 'script', summary: 'No batch.', run() {} })`,
}

/** An app with batches, and its PostgreSQL. */
export interface BatchProject extends AsyncDisposable {
  readonly project: Project
  /** The app as it serves now. */
  readonly app: App
  restartApp(): Promise<void>
  /** Fills the table anew; no batch is known any more. */
  fill(rows?: number): Promise<void>
  query: Postgres['query']
  /** How many rows were done how often. */
  applied(): Promise<Readonly<Record<number, number>>>
  /** Stops every slice above `gateAfter` until it is disposed of. */
  closeGate(): Promise<AsyncDisposable>
  /** How many slices there are of a state, and of how many workers. */
  slices(state: number): Promise<{ readonly slices: number; readonly workers: number }>
  purser(...args: string[]): ReturnType<typeof purser>
  type(...args: string[]): ReturnType<typeof typePurser>
  show(run?: string): Promise<BatchRun>
  runs(): Promise<readonly BatchRun[]>
}

export async function makeBatchProject(): Promise<BatchProject> {
  const server = await startPostgres(password)
  const project = makeProject()
  const { folder } = project
  project.write('purser.config.ts', config)
  for (const [name, text] of Object.entries(tasks)) project.write(`tasks/${name}.js`, text)
  let app = await project.startApp({ DATABASE_URL: server.url() })
  return {
    project,
    get app() {
      return app
    },
    async restartApp() {
      app = await project.startApp({ DATABASE_URL: server.url() })
    },
    query: (sql) => server.query(sql),
    async fill(rows = rowCount) {
      await server.query(`
        drop schema if exists purser cascade;
        drop table if exists places, poison;
        create table places (id bigint primary key, applied int not null default 0);
        create table poison (id bigint primary key);
        insert into places select n from generate_series(1, ${rows}) n;
        analyze places`)
    },
    async applied() {
      const counted = await server.query('select applied, count(*)::int as n from places group by applied')
      return Object.fromEntries(counted.map(({ applied, n }) => [applied, n]))
    },
    async closeGate() {
      const client = new pg.Client({ connectionString: server.url() })
      await client.connect()
      await client.query(`select pg_advisory_lock(${gateLock})`)
      return { [Symbol.asyncDispose]: () => client.end() }
    },
    async slices(state) {
      const [there] = await server.query(`select to_regclass('purser.slices') is not null as yes`)
      if (there?.yes !== true) return { slices: 0, workers: 0 }
      const [counted] = await server.query(`
        select count(*)::int as slices, count(distinct worker)::int as workers from purser.slices where state = ${state}`)
      return counted as { slices: number; workers: number }
    },
    purser: (...args) => purser(folder, args),
    type: (...args) => typePurser(folder, args),
    show: (run = 'last') => purserJson(folder, ['show', run]),
    runs: () => purserJson(folder, ['runs']),
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const lookEveryMs = 20

/** Resolves once this holds: for what nobody tells of. */
export async function until(holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It did not come to hold in ${withinMs} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}
