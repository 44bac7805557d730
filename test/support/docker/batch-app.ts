import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { BatchRun } from '../batch-project.ts'
import { purser, purserJson, typePurser } from '../cli.ts'
import { packageRoot } from '../package-root.ts'
import { makeProject, type Project } from '../project.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { batchTasks, gateLock, rowCount } from './batch-tasks.ts'
import { type Container, runContainer } from './container.ts'
import { docker, dockerHost } from './docker.ts'
import { dockerVariables } from './docker-command.ts'
import { images } from './image-names.ts'
import { postgresImage } from './postgres-image.ts'

export const password = 'correct-horse-battery'
/** How much memory a container of the app may have, in bytes. */
export const memory = 300_000_000

/** A run as `show` has it. */
export interface DockerBatchRun extends BatchRun {
  readonly outcome?: Readonly<Record<string, unknown>>
  readonly parity?: { readonly verdict: string; readonly own: readonly { readonly fact: string }[] }
}

/** An app in a container with batches in its image, and its PostgreSQL, which nobody can name but who is in their network. */
export interface BatchApp extends AsyncDisposable {
  readonly app: Container
  readonly database: Container
  readonly project: Project
  /** Fills the table anew; no batch is known any more. */
  fill(rows?: number): Promise<void>
  /** The rows of a query. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  execute(sql: string): Promise<void>
  /** How many rows were done how often. */
  applied(): Promise<Readonly<Record<number, number>>>
  /** Stops every slice above `gateAfter` of the gated batch until it is disposed of. */
  closeGate(): Promise<AsyncDisposable>
  /** How many slices there are of a state, and of how many workers. */
  slices(state: number): Promise<{ readonly slices: number; readonly workers: number }>
  purser(...args: string[]): ReturnType<typeof purser>
  type(...args: string[]): ReturnType<typeof typePurser>
  show(run?: string): Promise<DockerBatchRun>
  runs(): Promise<readonly DockerBatchRun[]>
  /** Containers of runs that there are, also such as have ended. */
  twins(): Promise<readonly string[]>
  /** Kills whoever supervises a run now, with -9. */
  killSupervisor(run: string): void
}

interface Options {
  /** Without the driver, its image is one of an app that never had batches. */
  readonly hasDriver?: boolean
  /** Where the database's URL is: in the app's variable unless stated, or in a file of the operator's alone. */
  readonly urlIn?: 'variable' | 'file'
}

const user = 'shop'
let made = 0

export async function startBatchApp({
  hasDriver = true,
  urlIn = 'variable',
}: Options = {}): Promise<BatchApp> {
  made += 1
  const network = `purser-test-batches-${process.pid}-${made}`
  const [image, databaseImage] = await Promise.all([appImage(hasDriver), postgresImage()])
  await docker('network', 'create', network)
  const database = await runContainer([
    ...['--network', network, '--network-alias', 'database'],
    ...environment({ POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: user }),
    databaseImage,
  ])
  await database.printed('database system is ready to accept connections')
  const address = `postgres://${user}:${password}@database/${user}`
  const app = await runContainer([
    ...['--network', network, '--memory', String(memory)],
    ...environment(urlIn === 'variable' ? { DATABASE_URL: address } : {}),
    image,
  ])
  await app.printed('serves')
  const project = makeProject()
  const { folder } = project
  const urls = { variable: { variable: 'DATABASE_URL' }, file: { file: project.write('url', address) } }
  project.write('purser.config.ts', configuration(app.name, urls[urlIn]))

  const psql = (sql: string) =>
    database.exec('psql', '-U', user, '-d', user, '-AtXq', '-v', 'ON_ERROR_STOP=1', '-c', sql)
  const query: BatchApp['query'] = async (sql) =>
    JSON.parse(await psql(`select coalesce(json_agg(t), '[]') from (${sql}) t`))
  return {
    app,
    database,
    project,
    query,
    async execute(sql) {
      await psql(sql)
    },
    async fill(rows = rowCount) {
      await psql(`
        drop schema if exists purser cascade;
        drop table if exists places, poison;
        create table places (id bigint primary key, applied int not null default 0);
        create table poison (id bigint primary key);
        insert into places select n from generate_series(1, ${rows}) n;
        analyze places`)
    },
    async applied() {
      const counted = await query('select applied, count(*)::int as n from places group by applied')
      return Object.fromEntries(counted.map(({ applied, n }) => [applied, n]))
    },
    closeGate: () => holdLock(database.id),
    async slices(state) {
      const [there] = await query(`select to_regclass('purser.slices') is not null as yes`)
      if (there?.yes !== true) return { slices: 0, workers: 0 }
      const [counted] = await query(`
        select count(*)::int as slices, count(distinct worker)::int as workers from purser.slices where state = ${state}`)
      return counted as { slices: number; workers: number }
    },
    purser: (...args) => purser(folder, args),
    type: (...args) => typePurser(folder, args),
    show: (run = 'last') => purserJson(folder, ['show', run]),
    runs: () => purserJson(folder, ['runs']),
    async twins() {
      const filter = ['--filter', 'label=purser.attempt', '--filter', `network=${network}`]
      const names = await docker('ps', '--all', ...filter, '--format', '{{.Names}}')
      return names.split('\n').filter(Boolean)
    },
    killSupervisor(run) {
      const holder = path.join(folder, '.purser/attempts', `${run}.1`, 'holder-1.json')
      process.kill(JSON.parse(readFileSync(holder, 'utf8')).supervisor.pid, 'SIGKILL')
    },
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await docker('network', 'rm', network)
    },
  }
}

function environment(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])
}

function configuration(container: string, url: object): string {
  const executor = JSON.stringify({ host: dockerHost(), name: container })
  return `import { defineConfig } from 'purser'
import { docker, postgres } from 'purser/presets'
export default defineConfig({ environments: { test: {
  services: { web: { executor: docker(${executor}) } },
  databases: { main: postgres({ url: ${JSON.stringify(url)} }) },
} } })
`
}

/** The standard image of an app with Node, with batches, and with the driver that they need. Returns its tag. */
async function appImage(hasDriver: boolean): Promise<string> {
  using context = temporaryFolder()
  const app = path.join(context.folder, 'app')
  mkdirSync(path.join(app, 'tasks'), { recursive: true })
  for (const [name, text] of Object.entries(batchTasks)) {
    writeFileSync(path.join(app, 'tasks', `${name}.js`), text)
  }
  for (const name of hasDriver ? packagesOf('pg') : []) {
    const from = path.join(packageRoot, 'node_modules', name)
    cpSync(from, path.join(app, 'node_modules', name), { recursive: true, dereference: true })
  }
  writeFileSync(path.join(context.folder, 'Dockerfile'), `FROM ${images.node}\nCOPY app /app\n`)
  const tag = `purser-test/batches:${hasDriver ? 'driver' : 'bare'}`
  await docker('build', '--quiet', '--tag', tag, context.folder)
  return tag
}

/** A package and all that it depends on. */
function packagesOf(name: string): readonly string[] {
  const found = new Set([name])
  for (const one of found) {
    const file = path.join(packageRoot, 'node_modules', one, 'package.json')
    for (const other of Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies ?? {}))
      found.add(other)
  }
  return [...found]
}

/** Holds the gate's lock in a session of its own. */
async function holdLock(database: string): Promise<AsyncDisposable> {
  const args = ['exec', '--interactive', database, 'psql', '-U', user, '-d', user, '-AtXq']
  const child = spawn('docker', args, {
    env: dockerVariables(dockerHost()),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin.write(`select 'held' from pg_advisory_lock(${gateLock});\n`)
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    void closed.then(() => reject(new Error('The gate could not be closed.')))
  })
  return {
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await closed
    },
  }
}
