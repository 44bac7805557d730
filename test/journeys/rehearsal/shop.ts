import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { addressOf, openStage, type Stage } from '../../integration/clone/stage.ts'
import { type Finished, purser } from '../../support/cli.ts'
import { packageRoot } from '../../support/package-root.ts'
import { type App, makeProject, type Project } from '../../support/project.ts'

const password = 'p@ss w:rd'

/** A shop whose production database has rows, whose app serves, and whose migrations dbmate runs. */
export interface Shop extends AsyncDisposable {
  readonly project: Project
  readonly stage: Stage
  readonly app: App
  /** Of production, without TLS. */
  readonly url: string
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** Writes a file of `db/migrations`. */
  migration(name: string, up: string, down?: string, options?: string): void
  /** Removes one. */
  remove(name: string): void
  /** Says something else of rehearsals from now on, as source; and of where the database's URL is. */
  configure(rehearsal: string, url?: string): void
  type(...args: string[]): Promise<Finished>
}

interface Options {
  /** Further variables of the app. */
  readonly variables?: Readonly<Record<string, string>>
  /** What the environment says of rehearsals, as source. */
  readonly rehearsal?: string
  /** Settings of production's server. */
  readonly settings?: readonly string[]
}

/** `fromUrl` gives variables that hold production's URL. */
export async function openShop(
  { variables = {}, rehearsal = '{}', settings = [] }: Options = {},
  fromUrl: (url: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Shop> {
  const stage = await openStage(password, ['shared_preload_libraries=pg_stat_statements', ...settings])
  const { url, query } = await stage.makeDatabase('shop')
  await query('create extension pg_stat_statements')
  await query('create table events (day date) partition by range (day)')
  await query('create table users (id int primary key, email varchar(60), age int)')
  await query(
    `insert into users select n, 'u' || n || '@example.org', n % 90 from generate_series(1, 20000) n`,
  )
  const project = makeProject()
  const server = path.join(project.folder, 'clone-server-url')
  writeFileSync(server, `${addressOf(stage.cloneServer, password)}\n`)
  const configure: Shop['configure'] = (of, from) =>
    void project.write('purser.config.ts', configuration(server, of, from))
  configure(rehearsal)
  project.write('tasks/migrate.ts', task)
  project.write('tasks/greet.ts', greet)
  mkdirSync(path.join(project.folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(
    path.join(packageRoot, 'node_modules/.bin/dbmate'),
    path.join(project.folder, 'node_modules/.bin/dbmate'),
  )
  const app = await project.startApp({ DATABASE_URL: url, ...variables, ...fromUrl(url) })
  return {
    ...{ project, stage, app, query, url, configure },
    migration: (name, up, down = 'select 1;', options = '') => {
      project.write(
        `db/migrations/${name}.sql`,
        `-- migrate:up ${options}\n${up}\n-- migrate:down ${options}\n${down}\n`,
      )
    },
    remove: (name) => rmSync(path.join(project.folder, `db/migrations/${name}.sql`)),
    type: (...args) => purser(project.folder, args),
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]()
      await stage[Symbol.asyncDispose]()
    },
  }
}

function configuration(server: string, rehearsal: string, url = `{ variable: 'DATABASE_URL' }`): string {
  return `
import { defineConfig } from 'purser'
import { local, postgres } from 'purser/presets'
export default defineConfig({ environments: { production: {
  services: { web: { executor: local({ pidFile: 'app.pid' }) } },
  databases: { main: postgres({ url: ${url}, clones: {
    server: { file: '${server}' }, passingPartitions: ['public.events_*'],
  } }) },
  rehearsal: ${rehearsal},
} } })`
}

const task = `
import { defineMigration } from 'purser'
export default defineMigration({
  name: 'migrate', summary: 'Brings the schema up to date.', database: 'main', sql: 'db/migrations',
})`

const greet = `
import { defineScript } from 'purser'
export default defineScript({ name: 'greet', summary: 'Greets.', run: () => {} })`
