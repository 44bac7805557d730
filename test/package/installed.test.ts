import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { packageProblems } from '../../scripts/package-problems.ts'
import { node20 } from '../../scripts/root.ts'
import { InstalledProject } from './installed-project.ts'
import { typeErrors } from './type-errors.ts'

let project: InstalledProject
beforeAll(() => {
  project = new InstalledProject()
})
afterAll(() => project[Symbol.dispose]())

describe('the package', () => {
  it('holds what users need', () => {
    expect(project.packed.files).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'package.json',
        'dist/LICENSES.md',
        'dist/index.js',
        'dist/presets.js',
        'dist/types/index.d.ts',
        'dist/types/presets/index.d.ts',
        'dist/bin/purser.js',
        'dist/bin/supervisor.js',
        'dist/bin/release.js',
      ]),
    )
  })

  it('holds nothing else', () => {
    const expected =
      /^(README\.md|LICENSE|CHANGELOG\.md|package\.json|dist\/.*(\.js|\.d\.ts|LICENSES\.md)|docs\/.*)$/
    expect(project.packed.files.filter((file) => !expected.test(file))).toEqual([])
    expect(project.packed.files.filter((file) => /\.test\.|\.draft-/.test(file))).toEqual([])
  })

  it('has no problem that publint or "are the types wrong" know', async () => {
    expect(await packageProblems(project.packed.tarball)).toEqual([])
  })
})

describe('a project that installs it', () => {
  it('gets no other package', () => {
    const names = readdirSync(join(project.folder, 'node_modules'))
    expect(names.filter((name) => !name.startsWith('.'))).toEqual(['purser'])
  })

  it('imports it from JavaScript', () => {
    project.write(
      'names.js',
      `import * as purser from 'purser'
       import * as presets from 'purser/presets'
       import * as signals from 'purser/signals'
       console.log(JSON.stringify([purser, presets, signals].map(Object.keys)))`,
    )
    expect(JSON.parse(project.node(['names.js']).stdout)).toEqual([
      ['defineBatch', 'defineCommand', 'defineConfig', 'defineMigration', 'defineScript', 'sql'],
      ['docker', 'local', 'postgres', 'rabbitmq', 'sqlite', 'sqs'],
      ['activeConnections', 'autovacuum', 'latencyOf', 'lockWaits', 'replicaLag', 'signalOf', 'walRate'],
    ])
  })

  it.each(['nodenext', 'bundler'] as const)(
    'imports it from TypeScript, modules resolved as %s',
    (resolution) => {
      project.write(
        'typed.ts',
        `import { defineConfig, defineScript, type Task } from 'purser'
       import { local, postgres } from 'purser/presets'

       interface Place { readonly city: string }
       declare const place: {
         readonly '~standard': {
           readonly version: 1
           readonly vendor: 'by hand'
           readonly validate: (value: unknown) => { readonly value: Place }
           readonly types?: { readonly input: Place; readonly output: Place }
         }
       }

       export const task: Task = defineScript({
         name: 'visit',
         summary: 'Visits a city.',
         params: place,
         run: ({ params }) => params.city.toUpperCase(),
       })
       export default defineConfig({
         environments: {
           here: {
             services: { web: { executor: local({ port: 3000 }) } },
             databases: { main: postgres({ url: { variable: 'DATABASE_URL' } }) },
           },
         },
       })

       // @ts-expect-error: the schema knows no country
       defineScript({ name: 'visit', summary: '', params: place, run: ({ params }) => params.country })
       // @ts-expect-error: a port is a number
       local({ port: 'http' })`,
      )
      expect(typeErrors({ folder: project.folder, file: 'typed.ts', resolution })).toBe('')
    },
  )

  it('has the command', () => {
    expect(project.purser(['--version'])).toMatchObject({ status: 0, stdout: `${manifest.version}\n` })
  })

  it('is told when its Node is too old to type commands', () => {
    const { status, stderr } = project.purser(['--version'], node20)
    expect({ status, stderr }).toEqual({
      status: 80,
      stderr: expect.stringContaining('needs Node 22.18 or newer'),
    })
  })

  it.each([
    ['the Node of the tests', process.execPath],
    ['Node 20', node20],
  ])('runs a task there, in an app on %s', async (_, program) => {
    project.write(
      'app.js',
      `import { writeFileSync } from 'node:fs'
       writeFileSync('app.pid', String(process.pid))
       console.log('Serving.')
       setInterval(() => {}, 1_000)`,
    )
    project.write(
      'purser.config.js',
      `import { defineConfig } from 'purser'
       import { local } from 'purser/presets'
       export default defineConfig({
         environments: { here: { services: { web: { executor: local({ pidFile: 'app.pid' }) } } } },
       })`,
    )
    project.write(
      'tasks/greet.js',
      `import { defineScript } from 'purser'
       export default defineScript({
         name: 'greet',
         summary: 'Says which Node it runs on.',
         run: () => console.log('Hello from Node', process.version),
       })`,
    )
    await using _app = await project.startApp('app.js', program)
    const version = project.node(['--version'], program).stdout
    expect(project.purser(['run', 'greet', '-e', 'here'])).toMatchObject({
      status: 0,
      stdout: `Hello from Node ${version}`,
    })
    expect(project.purser(['ledger', 'verify'])).toMatchObject({ status: 0 })
  })
})
