import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { purser, purserJson, purserProgram } from '../support/cli.ts'
import { packageRoot } from '../support/package-root.ts'
import { makeProject, type Project } from '../support/project.ts'

const node20 = path.join(packageRoot, 'test/node20/node_modules/.bin/node')
let project: Project

beforeAll(async () => {
  project = makeProject()
  project.write(
    'tasks/greet.js',
    `import { defineScript } from 'purser'
import { z } from 'zod'
export default defineScript({
  name: 'greet', summary: 'Greets.', params: z.object({ name: z.string().min(2) }),
  async run({ params, progress }) {
    progress(1, 1)
    console.log('Hello, ' + params.name + ', from Node ' + process.versions.node)
  },
})`,
  )
  project.write(
    'tasks/typed.ts',
    "import { defineCommand } from 'purser'\nexport default defineCommand({ name: 'typed' as string, summary: 'Typed.', command: ['true'] })",
  )
  await project.startApp({}, [node20])
})
afterAll(() => project[Symbol.asyncDispose]())

it('has a Node 20 to be tried on', () => {
  expect(execFileSync(node20, ['--version']).toString()).toMatch(/^v20\./)
})

it('runs a typed task on the app’s own Node 20', async () => {
  const { code, stdout } = await purser(project.folder, ['run', 'greet', '-e', 'local', '-p', 'name=Ada'])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Hello, Ada, from Node 20\./)])
})

it('validates there, and says what it cannot load', async () => {
  const { code, stderr } = await purser(project.folder, ['run', 'greet', '-e', 'local', '-p', 'name=A'])
  expect([code, stderr]).toEqual([80, expect.stringContaining('"name"')])
  const { broken } = await purserJson<{ broken: object[] }>(project.folder, ['tasks', '-e', 'local'])
  expect(broken).toEqual([
    { file: 'tasks/typed.ts', why: expect.stringContaining('does not load TypeScript by itself') },
  ])
})

it('leaves the control side to a newer Node, and says so', async () => {
  const typed = () => execFileSync(node20, [purserProgram, 'runs'], { cwd: project.folder, stdio: 'pipe' })
  expect(typed).toThrow(expect.objectContaining({ status: 80, stderr: expect.anything() }))
  expect(typed).toThrow("Purser's control side needs Node 22.18 or newer")
})
