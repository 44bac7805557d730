import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserJson } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const greet = `
import { writeFileSync } from 'node:fs'
import { defineScript } from 'purser'
import { z } from 'zod'
export default defineScript({
  name: 'greet',
  summary: 'Greets somebody.',
  params: z.object({ name: z.string().min(2), times: z.int().positive().default(1), token: z.string().min(8).optional() }),
  run({ params }) {
    writeFileSync('ran', '')
    console.log('Hello, ' + params.name)
  },
})
`

let project: Project

beforeAll(async () => {
  project = makeProject()
  project.write('tasks/greet.ts', greet)
  await project.startApp()
})
afterAll(() => project[Symbol.asyncDispose]())

const greeted = ['-p', 'name=Ada']

describe('what is typed wrong gets a clear error, exit code 80, and nothing is started', () => {
  it.each([
    ['no environment', ['run', 'greet', ...greeted], ['No environment was given', '"local"', '-e local']],
    ['no environment for tasks', ['tasks'], ['No environment was given', '"local"']],
    [
      'an unknown environment',
      ['run', 'greet', '-e', 'locl'],
      ['no environment "locl"', 'Did you mean "local"?'],
    ],
    ['a name of every object', ['run', 'greet', '-e', 'constructor'], ['no environment "constructor"']],
    [
      'an unknown service',
      ['run', 'greet', '-e', 'local', '--service', 'wev'],
      ['no service "wev"', 'Did you mean "web"?'],
    ],
    ['an unknown task', ['run', 'gret', '-e', 'local'], ['no task "gret"', 'Did you mean "greet"?']],
    [
      'a wrong parameter',
      ['run', 'greet', '-e', 'local', ...greeted, '-p', 'times=often'],
      ['"times"', '"often"', 'integer'],
    ],
    ['a missing parameter', ['run', 'greet', '-e', 'local'], ['"name"', 'is missing']],
    [
      'an unknown parameter',
      ['run', 'greet', '-e', 'local', ...greeted, '-p', 'tims=2'],
      ['no parameter "tims"', 'Did you mean "times"?'],
    ],
    [
      'a parameter without a value',
      ['run', 'greet', '-e', 'local', '-p', 'name'],
      ['"name" is no parameter'],
    ],
    [
      'parameters that are not JSON',
      ['run', 'greet', '-e', 'local', '--params', '-'],
      ['stdin', 'it is not JSON'],
    ],
    [
      'a file of parameters that is not there',
      ['run', 'greet', '-e', 'local', '--params', 'no.json'],
      ['no.json'],
    ],
    [
      'a duration without a unit',
      ['run', 'greet', '-e', 'local', '--timeout', '5'],
      ['"5" is no duration', '90s'],
    ],
    ['neither task nor command', ['run', '-e', 'local'], ['either a task', '--']],
    ['both task and command', ['run', 'greet', '-e', 'local', '--', 'true'], ['either a task']],
    [
      'a program that is not there',
      ['run', '-e', 'local', '--', 'no-such-program'],
      ['"no-such-program"', 'PATH'],
    ],
    ['an unknown command', ['rnu'], ['rnu']],
    ['an unknown flag', ['runs', '--jsn'], ['no flag "--jsn". Did you mean "--json"?']],
    ['an unknown letter', ['runs', '-x'], ['no flag "-x"']],
    ['a flag without its value', ['runs', '-e'], ['"--environment" was given no value']],
    ['a word too many', ['runs', 'local'], ['"local" is one word too many']],
    ['a word too few', ['rehearse', '-e', 'local'], ['TASK is missing']],
    ['an unknown shell', ['completion', 'tcsh'], [`"tcsh" can't be SHELL`]],
    ['an empty run', ['cancel', ''], ['no run ""']],
    ['an empty file', ['run', 'greet', '-e', 'local', '--params', ''], ['The parameters in "" can']],
    [
      'a report to nowhere',
      ['rehearse', 'greet', '-e', 'local', '--markdown', ''],
      ['report can\'t be written to ""'],
    ],
    [
      'a report where none may be',
      ['rehearse', 'greet', '-e', 'local', '--markdown', '/proc/report'],
      ["report can't be written"],
    ],
    ['an unknown run', ['show', 'zzzzz'], ['no run "zzzzz"']],
    ['a head that is none', ['ledger', 'verify', '--head', '12:abc'], ['neither a head']],
  ])('%s', async (_name, args, expected) => {
    const { code, stderr } = await purser(project.folder, args, { input: 'not json' })
    for (const part of expected) expect(stderr).toContain(part)
    expect(code).toBe(80)
    expect(existsSync(path.join(project.folder, 'ran'))).toBe(false)
  })

  it('says all that is wrong with the parameters at once', async () => {
    const args = ['run', 'greet', '-e', 'local', '-p', 'name=A', '-p', 'times=0', '-p', 'nam=x']
    const { stderr } = await purser(project.folder, args)
    for (const part of ['3 parameters', '"name"', '"times"', '"nam"']) expect(stderr).toContain(part)
  })

  it('keeps a refused run on record, and a secret out of it', async () => {
    const args = ['run', 'greet', '-e', 'local', '-p', 'name=Ada', '-p', 'token=hunter2']
    const { stdout, stderr, code } = await purser(project.folder, [...args, '--json'])
    expect(code).toBe(80)
    expect(stdout + stderr).not.toContain('hunter2')
    const [run] = await purserJson<{ status: string; refusals: { code: string }[] }[]>(project.folder, [
      'runs',
    ])
    expect(run).toMatchObject({ status: 'refused', refusals: [{ code: 'PARAMETERS_INVALID' }], exitCode: 80 })
    expect(JSON.stringify(run)).not.toContain('hunter2')
  })
})

describe('with --json', () => {
  it.each([
    ['an unknown flag', ['runs', '--jsn']],
    ['an unknown command', ['rnu']],
    ['no environment', ['run', 'greet', ...greeted]],
  ])('%s is JSON too', async (_name, args) => {
    const { code, stdout } = await purser(project.folder, [...args, '--json'])
    expect(code).toBe(80)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: expect.any(String), remedy: expect.any(String) },
    })
  })

  it('parameters that are too long for the record are refused', async () => {
    const input = JSON.stringify({ name: 'x'.repeat(2_000_000) })
    const { code, stderr } = await purser(project.folder, ['run', 'greet', '-e', 'local', '--params', '-'], {
      input,
    })
    expect([code, stderr]).toEqual([80, expect.stringContaining('2.0 MB long')])
  })
})

describe('a configuration that is wrong', () => {
  const withConfig = async (text: string, args = ['check']) => {
    await using broken = makeProject()
    broken.write('purser.config.ts', text)
    return await purser(broken.folder, args)
  }

  it.each([
    ['a syntax error', 'export default {', ["can't be loaded", 'purser.config.ts']],
    ['no default export', 'export const x = 1', ['(the default export)', 'is missing']],
    ['no environment', 'export default { environments: {} }', ['environments', 'at least one environment']],
    [
      'a wrong type',
      'export default { environments: { local: { services: 5 } } }',
      ['environments.local.services', 'is 5'],
    ],
    [
      'a misspelt key',
      'export default { environments: { local: { servces: {} } } }',
      ['environments.local.servces', 'Did you mean "services"?'],
    ],
    [
      'options of an executor',
      "import { local } from 'purser/presets'\nexport default { environments: { local: { services: { web: { executor: local({ port: 'x' }) } } } } }",
      ['environments.local.services.web.executor.port', 'expected a port'],
    ],
    [
      'a URL instead of a reference',
      "import { local, postgres } from 'purser/presets'\nexport default { environments: { local: { services: { web: { executor: local({ port: 1 }) } }, databases: { main: postgres({ url: 'postgres://u:p@h/d' as never }) } } } }",
      ['environments.local.databases.main.url', 'never the URL itself'],
    ],
  ])('with %s says where', async (_name, text, expected) => {
    const { code, stdout, stderr } = await withConfig(text)
    for (const part of expected) expect(stdout + stderr).toContain(part)
    expect(code).toBe(80)
    const run = await withConfig(text, ['run', 'greet', '-e', 'local'])
    expect(run.code).toBe(80)
  })

  it('that is not there', async () => {
    await using empty = makeProject()
    const { code, stderr } = await purser(path.join(empty.folder, 'node_modules'), ['runs'])
    expect(code).toBe(0) // found in the folder above
    const nowhere = await purser('/', ['runs'])
    expect([nowhere.code, nowhere.stderr]).toEqual([80, expect.stringContaining('no purser.config.ts in /')])
    expect(stderr).toBe('')
  })
})

describe('tasks that are wrong', () => {
  it('are broken alone, each with its reason', async () => {
    await using broken = makeProject()
    broken.write(
      'tasks/good.js',
      "import { defineCommand } from 'purser'\nexport default defineCommand({ name: 'good', summary: 'Is good.', command: ['true'] })",
    )
    broken.write('tasks/throws.js', "throw new Error('no luck')")
    broken.write('tasks/exits.js', 'process.exit(3)')
    broken.write('tasks/plain.js', 'export default { name: 5 }')
    broken.write('tasks/none.js', 'export const x = 1')
    broken.write('tasks/enum.ts', 'export enum Colour { Red }\nexport default Colour')
    const twin =
      "import { defineCommand } from 'purser'\nexport default defineCommand({ name: 'twin', summary: 'Has a twin.', command: ['true'] })"
    broken.write('tasks/twin-a.js', twin)
    broken.write('tasks/twin-b.js', twin)
    await broken.startApp()
    const manifest = await purserJson<{ tasks: { name: string }[]; broken: { file: string; why: string }[] }>(
      broken.folder,
      ['tasks', '-e', 'local'],
    )
    expect(manifest.tasks.map(({ name }) => name)).toEqual(['good'])
    const why = Object.fromEntries(manifest.broken.map((task) => [task.file, task.why]))
    expect(Object.keys(why).sort()).toEqual(
      ['enum.ts', 'exits.js', 'none.js', 'plain.js', 'throws.js', 'twin-a.js', 'twin-b.js'].map(
        (name) => `tasks/${name}`,
      ),
    )
    expect(why['tasks/throws.js']).toContain('no luck')
    expect(why['tasks/exits.js']).toContain('exit code 3')
    expect(why['tasks/enum.ts']).toContain('--import tsx')
    expect(why['tasks/twin-a.js']).toContain('tasks/twin-b.js')
    const { code, stderr } = await purser(broken.folder, ['run', 'twin', '-e', 'local'])
    expect([code, stderr]).toEqual([80, expect.stringContaining('It is named "twin"')])
    expect((await purser(broken.folder, ['run', 'good', '-e', 'local'])).code).toBe(0)
  })
})

describe('an app that is not there', () => {
  const run = ['run', '-e', 'local', '--', 'true']

  it('because it never started', async () => {
    await using idle = makeProject()
    const { code, stderr } = await purser(idle.folder, run)
    expect([code, stderr]).toEqual([
      80,
      expect.stringContaining('The app is not running: there is no pid file'),
    ])
  })

  it('because it has ended and left its pid file', async () => {
    await using idle = makeProject()
    const app = await idle.startApp()
    await app.kill()
    const { code, stderr } = await purser(idle.folder, run)
    expect([code, stderr]).toEqual([80, expect.stringContaining(`names process ${app.pid}, which has ended`)])
  })

  it('because its pid belongs to another program now', async () => {
    await using idle = makeProject()
    const file = idle.write('app.pid', String(process.pid))
    const longAgo = new Date(Date.now() - 86_400_000 * 365)
    utimesSync(file, longAgo, longAgo)
    const { code, stderr } = await purser(idle.folder, run)
    expect([code, stderr]).toEqual([80, expect.stringContaining('another program')])
  })

  it.each(['', 'abc', '-1', '12 13', '99999999999'])('because its pid file holds %j', async (text) => {
    await using idle = makeProject()
    idle.write('app.pid', text)
    const { code, stderr } = await purser(idle.folder, run)
    expect(code).toBe(80)
    expect(stderr).toMatch(/is no process id|which has ended/)
  })

  it('and nothing of it is left behind', async () => {
    await using idle = makeProject()
    await purser(idle.folder, run)
    expect(readdirSync(path.join(idle.folder, '.purser')).filter((name) => name === 'attempts')).toEqual([])
  })
})

describe('a ledger that can’t be written', () => {
  it('stops a run before it starts', async () => {
    await using locked = makeProject()
    await locked.startApp()
    writeFileSync(path.join(locked.folder, '.purser'), 'a file where the folder should be')
    const { code, stderr } = await purser(locked.folder, ['run', '-e', 'local', '--', 'touch', 'ran'])
    expect([code, stderr]).toEqual([80, expect.stringContaining('LEDGER_UNWRITABLE')])
    expect(existsSync(path.join(locked.folder, 'ran'))).toBe(false)
  })
})
