import { existsSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { type Postgres, startPostgres } from '../postgres.ts'
import { type App, makeProject, type Project } from '../project.ts'
import { type BatchRun, BatchStage, password } from './stage.ts'
import { batchTasks, gateLock } from './tasks.ts'

const config = `import { defineConfig } from 'purser'
import { local, postgres } from 'purser/presets'
export default defineConfig({ environments: { local: {
  services: { web: { executor: local({ pidFile: 'app.pid' }) } },
  databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
} } })`

/** Tasks of this app alone: one that is no batch, and one with parameters. */
const ownTasks = {
  script: `import { defineScript } from 'purser'
export default defineScript({ name: 'script', summary: 'No batch.', run() {} })`,
  noted: `import { z } from 'zod'
${batchTasks.count}`.replace(
    /name: 'count',/,
    "name: 'noted', params: z.object({ note: z.string().optional(), password: z.string().optional() }),",
  ),
}

/** Its app is a plain process. */
export class BatchProject extends BatchStage {
  readonly #server: Postgres
  #app: App

  private constructor(project: Project, server: Postgres, app: App) {
    super(project, 'local')
    this.#server = server
    this.#app = app
  }

  static async start(): Promise<BatchProject> {
    const server = await startPostgres(password)
    const project = makeProject()
    project.write('purser.config.ts', config)
    for (const [name, text] of Object.entries({ ...batchTasks, ...ownTasks })) {
      project.write(`tasks/${name}.js`, text)
    }
    return new BatchProject(project, server, await project.startApp({ DATABASE_URL: server.url() }))
  }

  /** The app as it serves now. */
  get app(): App {
    return this.#app
  }

  async restartApp(): Promise<void> {
    this.#app = await this.project.startApp({ DATABASE_URL: this.#server.url() })
  }

  query(sql: string) {
    return this.#server.query(sql)
  }

  async execute(sql: string): Promise<void> {
    await this.#server.query(sql)
  }

  async closeGate(): Promise<AsyncDisposable> {
    const client = new pg.Client({ connectionString: this.#server.url() })
    await client.connect()
    await client.query(`select pg_advisory_lock(${gateLock})`)
    return { [Symbol.asyncDispose]: () => client.end() }
  }

  async kill({ run }: BatchRun): Promise<void> {
    process.kill((await this.show(run)).attempts[0]?.pid ?? 0, 'SIGKILL')
  }

  async isTold({ run }: BatchRun): Promise<boolean> {
    return existsSync(path.join(this.project.folder, `.purser/told-${run}`))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]()
    await this.#server[Symbol.asyncDispose]()
  }
}
