import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserJson, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const config = `import { defineConfig } from 'purser'
import { local } from 'purser/presets'
export default defineConfig({
  tasks: ['ops/first', 'ops/second'],
  environments: { local: {
    services: { web: { executor: local({ pidFile: 'app.pid' }) } },
    secrets: ['BADGE'], outputQuota: 1_000_000,
  } },
})`

const command = (name: string, script: string, options = '') => `import { defineCommand } from 'purser'
export default defineCommand({ name: '${name}', summary: 'Tries an option.', command: ['sh', '-c', ${JSON.stringify(script)}], ${options} })`

let project: Project
const inEnvironment = ['-e', 'local']
const run = (...args: string[]) => purser(project.folder, ['run', ...inEnvironment, ...args])

beforeAll(async () => {
  project = makeProject()
  project.write('purser.config.ts', config)
  project.write(
    'ops/first/both.js',
    command('both', 'for i in 1 2 3; do echo $i; echo e$i >&2; done', "output: 'merged'"),
  )
  project.write('ops/first/brief.js', command('brief', 'sleep 60', 'timeoutMs: 200'))
  project.write(
    'ops/second/deaf.js',
    command('deaf', "trap '' TERM; echo up; while :; do sleep 0.1; done", 'graceMs: 100'),
  )
  await project.startApp({ BADGE: 'sesame-and-more' })
})
afterAll(() => project[Symbol.asyncDispose]())

describe('what a task says of itself holds', () => {
  it('one pipe for both streams', async () => {
    const { stdout, stderr } = await run('both')
    expect(stdout).toBe('1\ne1\n2\ne2\n3\ne3\n')
    expect(stderr).not.toContain('e1')
  })

  it('its time limit, unless another was typed', async () => {
    expect((await run('brief')).code).toBe(84)
    expect(await purserJson<object>(project.folder, ['show', 'last'])).toMatchObject({
      outcome: { end: 'timed-out', afterMs: 200 },
    })
    await run('brief', '--timeout', '300ms')
    expect(await purserJson<object>(project.folder, ['show', 'last'])).toMatchObject({
      outcome: { afterMs: 300 },
    })
  })

  it('its grace, and the reason for a cancel is on record beside who asked', async () => {
    const typed = typePurser(project.folder, ['run', 'deaf', ...inEnvironment])
    await typed.printed('up')
    const asked = performance.now()
    const variables = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'ada' }
    await purser(project.folder, ['cancel', 'last', '--reason', 'wrong country'], { variables })
    // far below the 10 s of a task that says nothing
    expect(performance.now() - asked).toBeLessThan(8_000)
    expect((await typed.finished).code).toBe(85)
    const { stdout } = await purser(project.folder, ['show', 'last'])
    expect(stdout).toMatch(/cancelling\s+wrong country: asked for by ada/)
  })
})

describe('what the configuration says of an environment holds', () => {
  it('where its tasks are', async () => {
    const { tasks } = await purserJson<{ tasks: { name: string }[] }>(project.folder, [
      'tasks',
      ...inEnvironment,
    ])
    expect(tasks.map(({ name }) => name)).toEqual(['both', 'brief', 'deaf'])
  })

  it('its secrets, also those whose names do not say so', async () => {
    expect((await run('--', 'sh', '-c', 'echo "$BADGE"')).stdout).toBe('[redacted BADGE]\n')
  })

  it('how much output is kept', async () => {
    await run('--', 'head', '-c', '3000000', '/dev/zero')
    const { stdout } = await purser(project.folder, ['logs', 'last'])
    expect(stdout.length).toBeLessThan(1_200_000)
  })
})

it.each([
  [
    { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'ada' },
    { kind: 'ci', name: 'ada' },
  ],
  [{ AI_AGENT: 'helper' }, { kind: 'agent' }],
])('who typed a run is read from the shell: %j', async (variables, actor) => {
  await purser(project.folder, ['run', ...inEnvironment, '--', 'true'], { variables })
  expect(await purserJson<object>(project.folder, ['show', 'last'])).toMatchObject({ actor })
})

it('a command of thousands of words is named in short, and kept in full', async () => {
  const words = Array.from({ length: 3_000 }, (_, at) => `word${at}`)
  const { stdout, stderr } = await run('--', 'sh', '-c', 'echo $#', 'sh', ...words)
  expect(stdout).toBe('3000\n')
  expect(stderr.length).toBeLessThan(500)
  const { task } = await purserJson<{ task: string }>(project.folder, ['show', 'last'])
  expect(task.endsWith('word2999')).toBe(true)
})

it('output that somebody changed is shown as changed', async () => {
  await run('--', 'echo', 'the truth')
  const shown = await purserJson<{ run: string; outputIntact: boolean }>(project.folder, ['show', 'last'])
  expect(shown.outputIntact).toBe(true)
  const attempt = path.join(project.folder, '.purser/attempts', `${shown.run}.1`)
  for (const segment of readdirSync(attempt).filter((name) => /^\d/.test(name)))
    rmSync(path.join(attempt, segment))
  const { stdout } = await purser(project.folder, ['show', 'last'])
  expect(stdout).toContain('changed since it was recorded')
})
