import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Container, runContainer } from '../docker/container.ts'
import { docker, dockerHost } from '../docker/docker.ts'
import { dockerVariables } from '../docker/docker-command.ts'
import { images } from '../docker/image-names.ts'
import { postgresImage } from '../docker/postgres-image.ts'
import { packageRoot } from '../package-root.ts'
import { makeProject, type Project } from '../project.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type BatchRun, BatchStage, password } from './stage.ts'
import { batchTasks, gateLock } from './tasks.ts'

/** How much memory a container of the app may have, in bytes. */
export const memory = 300_000_000

interface Options {
  /** Without the driver, its image is one of an app that never had batches. */
  readonly hasDriver?: boolean
  /** Where the database's URL is: in the app's variable unless stated, or in a file of the operator's alone. */
  readonly urlIn?: 'variable' | 'file'
}

const user = 'shop'
let made = 0

/** The containers of an app, with batches in its image, and of a PostgreSQL that nobody can name but who is in their network. */
interface Containers {
  readonly network: string
  readonly app: Container
  readonly database: Container
}

/** Its app is a container. */
export class BatchApp extends BatchStage {
  readonly app: Container
  readonly database: Container
  readonly #network: string

  private constructor(project: Project, { app, database, network }: Containers) {
    super(project, 'test')
    this.app = app
    this.database = database
    this.#network = network
  }

  static async start({ hasDriver = true, urlIn = 'variable' }: Options = {}): Promise<BatchApp> {
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
    const urls = { variable: { variable: 'DATABASE_URL' }, file: { file: project.write('url', address) } }
    project.write('purser.config.ts', configuration(app.name, urls[urlIn]))
    return new BatchApp(project, { app, database, network })
  }

  async query(sql: string) {
    return JSON.parse(await this.#psql(`select coalesce(json_agg(t), '[]') from (${sql}) t`))
  }

  async execute(sql: string): Promise<void> {
    await this.#psql(sql)
  }

  closeGate(): Promise<AsyncDisposable> {
    return holdLock(this.database.id)
  }

  async kill(run: BatchRun): Promise<void> {
    await docker('kill', containerOf(run))
  }

  async isTold(run: BatchRun): Promise<boolean> {
    return docker('exec', containerOf(run), 'ls', `/tmp/told-${run.run}`).then(
      () => true,
      () => false,
    )
  }

  /** Containers of runs that there are, also such as have ended. */
  async twins(): Promise<readonly string[]> {
    const filter = ['--filter', 'label=purser.attempt', '--filter', `network=${this.#network}`]
    const names = await docker('ps', '--all', ...filter, '--format', '{{.Names}}')
    return names.split('\n').filter(Boolean)
  }

  /** Kills whoever supervises a run now, with -9. */
  killSupervisor({ run }: BatchRun): void {
    const holder = path.join(this.project.folder, '.purser/attempts', `${run}.1`, 'holder-1.json')
    process.kill(JSON.parse(readFileSync(holder, 'utf8')).supervisor.pid, 'SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]()
    await this.app[Symbol.asyncDispose]()
    await this.database[Symbol.asyncDispose]()
    await docker('network', 'rm', this.#network)
  }

  #psql(sql: string): Promise<string> {
    return this.database.exec('psql', '-U', user, '-d', user, '-AtXq', '-v', 'ON_ERROR_STOP=1', '-c', sql)
  }
}

/** The container of a run's first attempt. */
export const containerOf = ({ run }: BatchRun): string => `purser-${run}.1`

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
