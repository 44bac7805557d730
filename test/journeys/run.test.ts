import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purser, purserJson, typePurser } from '../support/cli.ts'
import { readIfThere } from '../support/kept-files.ts'
import { isGone } from '../support/processes.ts'
import { type App, makeProject, type Project } from '../support/project.ts'
import { until } from '../support/until.ts'

interface View {
  readonly run: string
  readonly status: string
  readonly exitCode: number
  readonly exitCodeFrom: string
  readonly attempts: readonly { readonly containment: string }[]
}

const password = 'correct-horse-battery'
let project: Project
let app: App

beforeAll(async () => {
  project = makeProject()
  project.write(
    'tasks/steps.js',
    `import { defineScript } from 'purser'
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export default defineScript({
  name: 'steps', summary: 'Works until it is let go.', exclusive: true,
  async run({ progress }) {
    console.log('first')
    progress(1, 2, 'steps')
    while (!existsSync('go-on')) await setTimeout(10)
    progress(2, 2, 'steps')
    console.log('last')
  },
})`,
  )
  app = await project.startApp({ DATABASE_URL: `postgres://app:${password}@127.0.0.1:1/app`, COLOUR: 'teal' })
})
afterAll(() => project[Symbol.asyncDispose]())

const run = (...args: string[]) => purser(project.folder, ['run', '-e', 'local', ...args])

describe('a run', () => {
  it('gives the task its streams and its exit code', async () => {
    const { code, stdout, stderr } = await run('--', 'sh', '-c', 'echo out; echo err >&2; exit 7')
    expect([code, stdout]).toEqual([7, 'out\n'])
    expect(stderr).toContain('err\n')
    const view = await purserJson<View>(project.folder, ['show', 'last'])
    expect(view).toMatchObject({ status: 'failed', exitCode: 7, exitCodeFrom: 'task' })
  })

  it('has the app’s folder and variables, and nothing of the operator’s', async () => {
    const variables = { COLOUR: 'red', DATABASE_URL: 'postgres://elsewhere/db', LEAK: 'yes' }
    const { stdout, stderr } = await purser(
      project.folder,
      ['run', '-e', 'local', '--', 'sh', '-c', 'pwd; env'],
      { variables },
    )
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toBe(project.folder)
    expect(lines).toContain('COLOUR=teal')
    expect(stdout).not.toContain('LEAK')
    expect(stdout).not.toContain('elsewhere')
    expect(stderr).toContain('"DATABASE_URL" of your shell differs from the app\'s and is ignored.')
  })

  it('shows no secret, live or kept', async () => {
    const { stdout } = await run(
      '--',
      'sh',
      '-c',
      'echo "$DATABASE_URL"; printf %s "$DATABASE_URL" | base64 -w0',
    )
    const logs = await purser(project.folder, ['logs', 'last'])
    for (const text of [stdout, logs.stdout]) {
      expect(text).toContain('[redacted')
      expect(text).not.toContain(password)
      expect(Buffer.from(text.split('\n')[1] ?? '', 'base64').toString()).not.toContain(password)
    }
  })

  it('can be told from any terminal how far it is, and goes on by itself when detached', async () => {
    const started = await purserJson<View>(project.folder, ['run', 'steps', '-e', 'local', '--detach'])
    const following = typePurser(project.folder, ['logs', '-f', started.run])
    await following.printed('first')
    const again = await purser(project.folder, ['run', 'steps', '-e', 'local'])
    expect([again.code, again.stderr]).toEqual([81, expect.stringContaining(started.run)])
    project.write('go-on', '')
    const { stdout, stderr, code } = await following.finished
    expect([code, stdout]).toEqual([0, 'first\nlast\n'])
    expect(stderr).toContain('succeeded')
    expect(await purserJson<View>(project.folder, ['show', started.run])).toMatchObject({
      status: 'succeeded',
      progress: { done: 2, total: 2, label: 'steps' },
    })
  })

  it('outlives a killed purser: any later command finds it, follows it and settles it', async () => {
    execFileSync('mkfifo', [path.join(project.folder, 'gate')])
    const typed = typePurser(project.folder, [
      'run',
      '-e',
      'local',
      '--',
      'sh',
      '-c',
      'echo before; read x < gate; echo after; exit 4',
    ])
    await typed.printed('before')
    typed.process.kill('SIGKILL')
    await typed.finished
    const [found] = (await purserJson<View[]>(project.folder, ['runs'])).filter(
      ({ status }) => status === 'running',
    )
    if (found === undefined) throw new Error('The run was not found again.')
    const following = typePurser(project.folder, ['logs', '-f', found.run])
    await following.printed('before')
    project.write('gate', 'go\n')
    expect((await following.finished).stdout).toBe('before\nafter\n')
    expect(await purserJson<View>(project.folder, ['show', found.run])).toMatchObject({
      status: 'failed',
      exitCode: 4,
    })
  })

  it('is cancelled with all of its descendants', async () => {
    const stubborn = `trap '' TERM; setsid -f env -i sh -c "trap '' TERM; echo \\$\\$ > ${project.folder}/child; while :; do sleep 1; done"; echo ready; while :; do sleep 1; done`
    project.write(
      'tasks/stubborn.js',
      `import { defineCommand } from 'purser'
export default defineCommand({ name: 'stubborn', summary: 'Will not go.', graceMs: 300, command: ['sh', '-c', ${JSON.stringify(stubborn)}] })`,
    )
    const typed = typePurser(project.folder, ['run', 'stubborn', '-e', 'local'])
    await typed.printed('ready')
    await until(() => readIfThere(path.join(project.folder, 'child')).endsWith('\n'))
    const cancelled = await purser(project.folder, ['cancel', 'last', '--reason', 'enough'])
    expect(cancelled.code).toBe(0)
    const view = await purserJson<View>(project.folder, ['show', 'last'])
    expect(view.status).toBe('cancelled')
    expect((await typed.finished).code).toBe(85)
    if (view.attempts[0]?.containment === 'exact') {
      expect(isGone(Number(readFileSync(path.join(project.folder, 'child'), 'utf8')))).toBe(true)
      expect(cancelled.stderr).toContain('known dead')
    } else expect(cancelled.stderr).toContain('Best effort')
  })

  it('is stopped when its time is up', async () => {
    const { code, stderr } = await run('--timeout', '300ms', '--', 'sleep', '60')
    expect(code).toBe(84)
    expect(stderr).toContain('timed-out')
  })

  it('is cancelled by Ctrl-C on the command that started it', async () => {
    const typed = typePurser(project.folder, ['run', '-e', 'local', '--', 'sh', '-c', 'echo up; sleep 60'])
    await typed.printed('up')
    typed.process.kill('SIGINT')
    expect((await typed.finished).code).toBe(85)
  })

  it('that is killed by a signal ends as in a shell', async () => {
    expect((await run('--', 'sh', '-c', 'kill -SEGV $$')).code).toBe(139)
  })

  it('takes no harm when the app is restarted between two runs', async () => {
    await app.kill()
    app = await project.startApp({ COLOUR: 'mauve' })
    expect((await run('--', 'sh', '-c', 'echo $COLOUR')).stdout).toBe('mauve\n')
  })

  it('is lost when its supervisor is killed, and nothing of it goes on', async () => {
    const typed = typePurser(project.folder, [
      'run',
      '-e',
      'local',
      '--json',
      '--',
      'sh',
      '-c',
      'echo $$ > pid; echo up; exec sleep 600',
    ])
    await typed.printed('up')
    const pid = Number(readFileSync(path.join(project.folder, 'pid'), 'utf8'))
    const { run: id } = await purserJson<View>(project.folder, ['show', 'last'])
    const holder = path.join(project.folder, '.purser/attempts', `${id}.1`, 'holder-1.json')
    process.kill(JSON.parse(readFileSync(holder, 'utf8')).supervisor.pid, 'SIGKILL')
    expect((await typed.finished).code).toBe(83)
    expect(isGone(pid)).toBe(true)
    expect((await purser(project.folder, ['logs', id])).stdout).toBe('up\n')
  })
})

it('leaves an unbroken ledger', async () => {
  expect((await purser(project.folder, ['ledger', 'verify'])).code).toBe(0)
  expect(existsSync(path.join(project.folder, '.purser/ledger.sqlite'))).toBe(true)
})
