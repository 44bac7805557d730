import { describe, expect, it } from 'vitest'
import { type Finished, purser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const task = `import { defineScript } from 'purser'
import { z } from 'zod'
export default defineScript({
  name: 'login',
  summary: 'Takes all kinds of secrets.',
  params: z.object({
    target: z.string().optional(),
    database: z.object({ password: z.string(), port: z.number().optional() }).optional(),
    apiTokens: z.array(z.string()).optional(),
    pinSecret: z.number().optional(),
    password: z.string().refine((value) => value.length < 9, { error: ({ input }) => 'too long: ' + input }).optional(),
  }),
  run: ({ params }) => console.log(JSON.stringify(params)),
})`

const hidden = 'hiddenpassw0rd'

/** Everything that the command and the ledger show. */
async function seen({ folder }: Project, finished: Finished): Promise<string> {
  const kept = await purser(folder, ['ledger', 'export'])
  const output = await purser(folder, ['logs', 'last'])
  return [finished.stdout, finished.stderr, kept.stdout, output.stdout, output.stderr].join('\n')
}

describe('a secret is seen nowhere', () => {
  it.each([
    ['in a URL', ['-p', `target=postgres://me:${hidden}@h/db`], undefined],
    ['deep inside', ['--params', '-'], { database: { password: hidden } }],
    ['in a list', ['--params', '-'], { apiTokens: [hidden] }],
    ['beside a mistake', ['--params', '-'], { database: { password: hidden, port: 'none' } }],
    [
      'in a value that is cut',
      ['--params', '-'],
      { database: `${'x'.repeat(40)} postgres://me:${hidden}@h/db` },
    ],
    ["in its validator's words", ['-p', `password=${hidden}`], undefined],
    ['under a misspelt name', ['-p', `pasword=${hidden}`], undefined],
  ])('%s', async (_where, flags, parameters) => {
    await using project = makeProject()
    project.write('tasks/login.ts', task)
    await project.startApp()
    const input = parameters === undefined ? {} : { input: JSON.stringify(parameters) }
    const finished = await purser(project.folder, ['run', 'login', '-e', 'local', ...flags], input)
    expect(await seen(project, finished)).not.toContain(hidden.slice(0, 10))
  })

  it('as a number', async () => {
    await using project = makeProject()
    project.write('tasks/login.ts', task)
    await project.startApp()
    const finished = await purser(project.folder, ['run', 'login', '-e', 'local', '-p', 'pinSecret=73512946'])
    expect(await seen(project, finished)).not.toContain('73512946')
    expect(finished.code).toBe(0)
  })

  it('in a command that was typed', async () => {
    await using project = makeProject()
    await project.startApp()
    const words = [`postgres://me:${hidden}1@h/db`, `--password=${hidden}2`]
    const finished = await purser(project.folder, ['run', '-e', 'local', '--', 'echo', ...words])
    expect(await seen(project, finished)).not.toContain(hidden)
  })

  it('in what a task file throws while it is loaded', async () => {
    await using project = makeProject()
    project.write('tasks/broken.ts', "throw new Error('no ' + process.env.DATABASE_URL)")
    project.write('tasks/ends.ts', 'console.error(process.env.DATABASE_URL); process.exit(1)')
    await project.startApp({ DATABASE_URL: `postgres://me:${hidden}@h/db` })
    const listed = await purser(project.folder, ['tasks', '-e', 'local'])
    expect(listed.stdout).toContain('no postgres://me:[redacted DATABASE_URL]@h/db')
    const run = await purser(project.folder, ['run', 'broken', '-e', 'local'])
    expect(listed.stdout + run.stderr).not.toContain(hidden)
  })
})

it('a parameter that is typed twice is no list', async () => {
  await using project = makeProject()
  project.write('tasks/login.ts', task)
  await project.startApp()
  const flags = ['-p', 'apiTokens=a', '-p', 'apiTokens=b']
  const { code, stderr } = await purser(project.folder, ['run', 'login', '-e', 'local', ...flags])
  expect([code, stderr]).toEqual([80, expect.stringContaining('"apiTokens" was given twice')])
})
