import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { purser, purserJson } from '../support/cli.ts'
import { makeProject } from '../support/project.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const config = (body: string) => `import { defineConfig } from 'purser'
import { local, postgres, sqlite } from 'purser/presets'
const web = { executor: local({ pidFile: 'app.pid' }) }
export default defineConfig({ environments: { local: ${body} } })`

describe('purser init', () => {
  it('writes what works at once, and never overwrites', async () => {
    await using project = makeProject()
    const folder = path.join(project.folder, 'new')
    project.write(
      'new/package.json',
      '{ "type": "module", "scripts": { "start": "node server.mjs --port 0" } }',
    )
    const first = await purser(folder, ['init'])
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('wrote purser.config.ts')])
    const written = readFileSync(path.join(folder, 'purser.config.ts'), 'utf8')
    expect(written).toContain("command: 'node server.mjs --port 0'")
    writeFileSync(path.join(folder, 'purser.config.ts'), '// mine')
    const again = await purser(folder, ['init'])
    expect([again.code, again.stderr]).toEqual([80, expect.stringContaining('FILE_EXISTS')])
    expect(readFileSync(path.join(folder, 'purser.config.ts'), 'utf8')).toBe('// mine')
  })

  it('takes the service of a compose file that is built here', async () => {
    await using project = makeProject()
    const folder = path.join(project.folder, 'new')
    project.write(
      'new/compose.yaml',
      `# a shop
name: shop
services:
  db:
    image: postgres:18
    environment:
      POSTGRES_PASSWORD: x

  # the app
  shop-web:
    build: .
    ports: ["3000:3000"]
volumes:
  data:
`,
    )
    const { code, stdout } = await purser(folder, ['init'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('npx purser parity -e production')])
    const written = readFileSync(path.join(folder, 'purser.config.ts'), 'utf8')
    expect(written).toContain("docker({ service: 'shop-web' })")
    expect(written).toContain("import { docker } from 'purser/presets'")
  })

  it('says what it may not write, and where purser is not installed, what to install', async () => {
    const nowhere = await purser('/proc', ['init'])
    expect([nowhere.code, nowhere.stderr]).toEqual([
      80,
      expect.stringContaining("purser.config.ts can't be written"),
    ])
    using bare = temporaryFolder()
    expect((await purser(bare.folder, ['init'])).code).toBe(0)
    const { code, stderr } = await purser(bare.folder, ['runs'])
    expect([code, stderr]).toEqual([80, expect.stringContaining('`npm install purser`')])
  })

  it('keeps a task that is there', async () => {
    await using project = makeProject()
    const folder = path.join(project.folder, 'new')
    project.write('new/tasks/hello.ts', '// mine')
    expect((await purser(folder, ['init'])).stdout).toContain('kept tasks/hello.ts')
    expect(readFileSync(path.join(folder, 'tasks/hello.ts'), 'utf8')).toBe('// mine')
  })
})

describe('policies', () => {
  it('can want a reason, which is kept', async () => {
    await using project = makeProject()
    project.write('purser.config.ts', config("{ services: { web }, policies: { reason: 'required' } }"))
    await project.startApp()
    const without = await purser(project.folder, ['run', '-e', 'local', '--', 'touch', 'ran'])
    expect([without.code, without.stderr]).toEqual([81, expect.stringContaining('REASON_REQUIRED')])
    expect(existsSync(path.join(project.folder, 'ran'))).toBe(false)
    expect((await purser(project.folder, ['run', '-e', 'local', '-r', 'Monday', '--', 'true'])).code).toBe(0)
    const runs = await purserJson<{ status: string; reason?: string; exitCode: number }[]>(project.folder, [
      'runs',
    ])
    expect(runs).toMatchObject([
      { status: 'succeeded', reason: 'Monday' },
      { status: 'refused', exitCode: 81 },
    ])
  })
})

describe('services', () => {
  it('have to be named where there are several', async () => {
    await using project = makeProject()
    project.write('purser.config.ts', config('{ services: { web, worker: web } }'))
    project.write(
      'tasks/for-worker.js',
      "import { defineCommand } from 'purser'\nexport default defineCommand({ name: 'for-worker', summary: 'Is the worker’s.', service: 'worker', command: ['true'] })",
    )
    await project.startApp()
    const unnamed = await purser(project.folder, ['run', '-e', 'local', '--', 'true'])
    expect([unnamed.code, unnamed.stderr]).toEqual([80, expect.stringContaining('"web" and "worker"')])
    const wrong = await purser(project.folder, ['run', 'for-worker', '-e', 'local', '--service', 'web'])
    expect([wrong.code, wrong.stderr]).toEqual([80, expect.stringContaining('--service worker')])
    expect(
      (await purser(project.folder, ['run', 'for-worker', '-e', 'local', '--service', 'worker'])).code,
    ).toBe(0)
  })
})

describe('ledgers', () => {
  it('of several environments are all listed, and each is verified by its environment', async () => {
    await using project = makeProject()
    project.write(
      'purser.config.ts',
      `import { local, sqlite } from 'purser/presets'
const services = { web: { executor: local({ pidFile: 'app.pid' }) } }
export default { environments: { one: { services }, two: { services, ledger: sqlite({ file: 'elsewhere/two.sqlite' }) } } }`,
    )
    await project.startApp()
    for (const environment of ['one', 'two'])
      await purser(project.folder, ['run', '-e', environment, '--', 'true'])
    const runs = await purserJson<{ environment: string }[]>(project.folder, ['runs'])
    expect(runs.map(({ environment }) => environment)).toEqual(['two', 'one'])
    expect(await purserJson<unknown[]>(project.folder, ['runs', '-e', 'one'])).toHaveLength(1)
    expect((await purser(project.folder, ['ledger', 'verify'])).code).toBe(80)
    expect(await purserJson<object>(project.folder, ['ledger', 'verify', '-e', 'two'])).toMatchObject({
      ok: true,
      runs: 1,
    })
  })

  it('of another environment may be broken: a run here is none of its business', async () => {
    await using project = makeProject()
    project.write(
      'purser.config.ts',
      `import { local, sqlite } from 'purser/presets'
const services = { web: { executor: local({ pidFile: 'app.pid' }) } }
export default { environments: { one: { services }, two: { services, ledger: sqlite({ file: 'two.sqlite' }) } } }`,
    )
    project.write('two.sqlite', 'this is no database, and long enough to be looked at as one')
    await project.startApp()
    expect((await purser(project.folder, ['run', '-e', 'one', '--', 'true'])).code).toBe(0)
    expect((await purser(project.folder, ['runs', '-e', 'one'])).code).toBe(0)
    const broken = await purser(project.folder, ['run', '-e', 'two', '--', 'true'])
    expect([broken.code, broken.stderr]).toEqual([80, expect.stringContaining('LEDGER_CORRUPT')])
  })

  it('that was changed by hand is told, and a cut end too where its head was kept', async () => {
    await using project = makeProject()
    await project.startApp()
    await purser(project.folder, ['run', '-e', 'local', '--', 'true'])
    const head = (await purser(project.folder, ['ledger', 'head'])).stdout.trim()
    const exported = (await purser(project.folder, ['ledger', 'export'])).stdout.trim().split('\n')
    expect(exported.map((line) => JSON.parse(line).sequence)).toEqual([1, 2, 3, 4])
    expect((await purser(project.folder, ['ledger', 'verify', '--head', head])).code).toBe(0)
    const longer = head.replace(/^4/, '5')
    const cut = await purser(project.folder, ['ledger', 'verify', '--head', longer])
    expect([cut.code, cut.stdout]).toEqual([81, expect.stringContaining('its end was cut off')])
  })
})

describe('purser check', () => {
  it('connects to everything, goes on after a failure, and shows no password', async () => {
    await using project = makeProject()
    project.write(
      'purser.config.ts',
      config(`{ services: { web }, databases: {
        main: postgres({ url: { variable: 'DATABASE_URL' } }),
        none: postgres({ url: { variable: 'NOT_SET' } }),
        file: postgres({ url: { file: '/no/such/file' } }),
      } }`),
    )
    await project.startApp({ DATABASE_URL: 'postgres://app:correct-horse@127.0.0.1:1/app' })
    const { code, stdout } = await purser(project.folder, ['check'])
    expect(code).toBe(80)
    expect(stdout).toContain('environments.local.services.web  process')
    expect(stdout).toContain('environments.local.databases.main  PostgreSQL at 127.0.0.1:1/app')
    expect(stdout).toContain('NOT_SET')
    expect(stdout).toContain('/no/such/file')
    expect(stdout).toContain('3 problems')
    expect(stdout).not.toContain('correct-horse')
  })
})

describe('purser check of the tasks', () => {
  it('names what is broken, and a database that is not there', async () => {
    await using project = makeProject()
    project.write('tasks/throws.js', "throw new Error('no luck')")
    project.write(
      'tasks/migrate.js',
      "import { defineMigration } from 'purser'\nexport default defineMigration({ name: 'migrate', summary: 'Migrates.', database: 'main', sql: 'db' })",
    )
    await project.startApp()
    const { code, stdout } = await purser(project.folder, ['check'])
    expect(code).toBe(80)
    expect(stdout).toContain('environments.local.services.web.tasks  tasks/throws.js is broken')
    expect(stdout).toContain('"migrate" changes the database "main"')
    expect(stdout).toContain('2 problems')
  })
})

describe('parameters', () => {
  it('come from words, a file and stdin; a word wins', async () => {
    await using project = makeProject()
    project.write(
      'tasks/echo.js',
      `import { defineScript } from 'purser'
import { z } from 'zod'
export default defineScript({ name: 'echo', summary: 'Echoes.',
  params: z.object({ a: z.int(), b: z.array(z.string()), c: z.coerce.date().optional() }),
  run: ({ params }) => console.log(JSON.stringify(params)) })`,
    )
    const file = project.write('parameters.json', '{ "a": 1, "b": ["x"] }')
    await project.startApp()
    const run = (args: string[], input?: string) =>
      purser(project.folder, ['run', 'echo', '-e', 'local', ...args], input === undefined ? {} : { input })
    expect((await run(['-p', 'a=5', '-p', 'b=x,y', '-p', 'c=2026-01-02'])).stdout).toBe(
      '{"a":5,"b":["x","y"],"c":"2026-01-02T00:00:00.000Z"}\n',
    )
    expect((await run(['--params', file, '-p', 'a=2'])).stdout).toBe('{"a":2,"b":["x"]}\n')
    expect((await run(['--params', '-'], '{ "a": 3, "b": [] }')).stdout).toBe('{"a":3,"b":[]}\n')
    const { tasks } = await purserJson<{ tasks: { parameters: object }[] }>(project.folder, [
      'tasks',
      '-e',
      'local',
    ])
    expect(tasks[0]?.parameters).toMatchObject({
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'integer' } },
    })
  })
})

it('Purser’s own folder is its owner’s alone, and ignored by git, whatever command makes it', async () => {
  await using project = makeProject()
  await project.startApp()
  await purser(project.folder, ['tasks', '-e', 'local'])
  const state = path.join(project.folder, '.purser')
  expect(statSync(state).mode & 0o777).toBe(0o700)
  expect(readFileSync(path.join(state, '.gitignore'), 'utf8')).toBe('*\n')
})

describe('the manifest', () => {
  it('is asked of the release once for each state of its code', async () => {
    await using project = makeProject()
    project.write(
      'tasks/counted.js',
      `import { appendFileSync } from 'node:fs'
import { defineCommand } from 'purser'
appendFileSync('loaded.log', 'x')
export default defineCommand({ name: 'counted', summary: 'Is counted.', command: ['true'] })`,
    )
    await project.startApp()
    const loads = async () => {
      await purser(project.folder, ['tasks', '-e', 'local'])
      return readFileSync(path.join(project.folder, 'loaded.log'), 'utf8').length
    }
    expect(await loads()).toBe(1)
    expect(await loads()).toBe(1)
    project.write('lib.js', '')
    expect(await loads()).toBe(2)
  })
})
