import { chmodSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { programsWithDump } from '../../integration/clone/stage.ts'
import { type Finished, purser, purserJson, type Typed, typePurser } from '../../support/cli.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'
import { postgresImage } from '../../support/docker/postgres-image.ts'
import { packageRoot } from '../../support/package-root.ts'
import { startPostgres } from '../../support/postgres.ts'
import { makeProject, type Project } from '../../support/project.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const password = 'production-password'
let made = 0

/** A shop in containers: its production database has rows, and dbmate in its image runs its migrations. */
export interface DockerShop extends AsyncDisposable {
  readonly project: Project
  readonly database: Container
  /** The first of its networks. */
  readonly network: string
  /** What a statement prints, without any alignment. */
  query(sql: string): Promise<string>
  /** Writes a file of `db/migrations`. */
  migration(name: string, up: string): void
  rehearse(): Promise<void>
  type(...args: string[]): Promise<Finished>
  start(...args: string[]): Typed
  show<T>(): Promise<T>
  /** What Purser has on the engine, or in its folder for sockets. */
  leftovers(): Promise<readonly string[]>
}

interface Options {
  /** Further arguments of `docker run` for the app. */
  readonly app?: readonly string[]
  /** Whether the database is in a second network of the app's only. */
  readonly isDatabaseApart?: boolean
  /** What is in the app's network namespace, where it has none of its own. */
  readonly shares?: 'database' | 'machine'
}

export async function openDockerShop({
  app = [],
  isDatabaseApart,
  shares,
}: Options = {}): Promise<DockerShop> {
  made += 1
  const network = `purser-test-wired-${process.pid}-${made}`
  const second = `${network}-second`
  await using stack = new AsyncDisposableStack()
  for (const name of [network, second]) {
    await docker('network', 'create', name)
    stack.defer(async () => void (await docker('network', 'rm', name)))
  }
  const credentials = { POSTGRES_USER: 'postgres', POSTGRES_PASSWORD: password, POSTGRES_DB: 'shop' }
  const database = stack.use(
    await runContainer([
      ...['--network', shares === 'machine' ? 'host' : isDatabaseApart === true ? second : network],
      ...(shares === 'machine' ? [] : ['--network-alias', 'db']),
      ...Object.entries(credentials).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      await postgresImage(),
    ]),
  )
  await database.printed('database system is ready to accept connections')
  const query: DockerShop['query'] = async (sql) => {
    const args = ['-U', 'postgres', '-d', 'shop', '-AtXq', '-v', 'ON_ERROR_STOP=1', '-c', sql]
    return (await database.exec('psql', ...args)).trim()
  }
  await query('create table users (id int primary key, email varchar(60), age int)')
  await query(
    `insert into users select n, 'u' || n || '@example.org', n % 90 from generate_series(1, 2000) n`,
  )

  const cloneServer = stack.use(await startPostgres('p', { programs: await programsWithDump() }))
  const project = stack.use(makeProject())
  const migrations = path.join(project.folder, 'migrations')
  mkdirSync(migrations)
  chmodSync(project.folder, 0o755)
  const modes = { database: `container:${database.name}`, machine: 'host' }
  const host = shares === undefined ? 'db' : '127.0.0.1'
  const served = stack.use(
    await runContainer([
      ...['--network', shares === undefined ? network : modes[shares]],
      ...['--volume', `${migrations}:/app/db/migrations:ro`],
      ...['--env', `DATABASE_URL=postgres://postgres:${password}@${host}/shop?sslmode=disable`, ...app],
      await appImage(),
    ]),
  )
  if (isDatabaseApart === true) await docker('network', 'connect', second, served.name)
  const server = path.join(project.folder, 'clone-server-url')
  writeFileSync(server, cloneServer.url())
  project.write('purser.config.ts', configuration(served.name, server))
  const type: DockerShop['type'] = (...args) => purser(project.folder, args)
  const all = stack.move()
  return {
    ...{ project, database, network, query, type },
    migration: (name, up) =>
      writeFileSync(
        path.join(migrations, `${name}.sql`),
        `-- migrate:up\n${up}\n-- migrate:down\nselect 1;\n`,
      ),
    async rehearse() {
      const without = 'compat,timing,dying,undo,crowd'
      const ended = await type('rehearse', 'migrate', '-e', 'production', '--without', without)
      if (ended.code !== 0) throw new Error(ended.stdout + ended.stderr)
    },
    start: (...args) => typePurser(project.folder, args),
    show: () => purserJson(project.folder, ['show', 'last']),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
    async leftovers() {
      const containers = await docker(
        'ps',
        '--all',
        '--filter',
        'label=purser.place',
        '--format',
        '{{.Names}}',
      )
      const folders = globSync('.purser/wire-ways/*', { cwd: project.folder })
      return [...containers.split('\n').filter(Boolean), ...folders]
    },
  }
}

function configuration(container: string, server: string): string {
  const executor = JSON.stringify({ host: dockerHost(), name: container, helper: images.helper })
  return `
import { defineConfig } from 'purser'
import { docker, postgres } from 'purser/presets'
export default defineConfig({ environments: { production: {
  services: { web: { executor: docker(${executor}) } },
  databases: { main: postgres({ url: { variable: 'DATABASE_URL' }, clones: { server: { file: '${server}' } } }) },
} } })`
}

const task = `
import { defineMigration } from 'purser'
export default defineMigration({
  name: 'migrate', summary: 'Brings the schema up to date.', database: 'main', sql: 'db/migrations',
})`

/** The standard image of an app with Node, with dbmate. Returns its tag. */
async function appImage(): Promise<string> {
  using context = temporaryFolder()
  const app = path.join(context.folder, 'app')
  mkdirSync(path.join(app, 'tasks'), { recursive: true })
  writeFileSync(path.join(app, 'tasks/migrate.js'), task)
  for (const name of ['dbmate', '@dbmate']) {
    cpSync(path.join(packageRoot, 'node_modules', name), path.join(app, 'node_modules', name), {
      recursive: true,
      dereference: true,
    })
  }
  const file = `FROM ${images.node}
COPY app /app
RUN mkdir -p node_modules/.bin && ln -s ../dbmate/dist/cli.js node_modules/.bin/dbmate
`
  writeFileSync(path.join(context.folder, 'Dockerfile'), file)
  const tag = 'purser-test/dbmate'
  await docker('build', '--quiet', '--tag', tag, context.folder)
  return tag
}
