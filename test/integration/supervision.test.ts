import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Supervision } from '../../src/supervision/holder.ts'
import { purser, purserJson, purserProgram, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const script = (name: string, body: string) => `import { defineScript } from 'purser'
import { readFileSync, writeSync } from 'node:fs'
export default defineScript({ name: '${name}', summary: 'Tries something.', run: async ({ progress }) => { ${body} } })`

async function withTask(name: string, body: string): Promise<Project> {
  const project = makeProject()
  project.write(`tasks/${name}.ts`, script(name, body))
  await project.startApp()
  return project
}

it('a task that is stopped before it has heard what to do has timed out, and is not lost', async () => {
  await using project = await withTask('slow', 'await new Promise((resolve) => setTimeout(resolve, 5_000))')
  const flags = ['--timeout', '1ms']
  expect((await purser(project.folder, ['run', 'slow', '-e', 'local', ...flags])).code).toBe(84)
})

it('a run that is stopped the moment it is held was cancelled, and is not lost', async () => {
  await using project = makeProject()
  await project.startApp()
  await purser(project.folder, ['run', '-e', 'local', '--', 'true'])
  const attempts = path.join(project.folder, '.purser/attempts')
  const before = readdirSync(attempts)
  const typed = typePurser(project.folder, ['run', '-e', 'local', '--', 'sleep', '30'])
  process.kill((await firstHolder(attempts, before)).supervisor.pid, 'SIGTERM')
  expect((await typed.finished).code).toBe(85)
})

async function firstHolder(attempts: string, before: readonly string[]): Promise<Supervision> {
  for (;;) {
    await turn()
    const added = readdirSync(attempts).find((attempt) => !before.includes(attempt))
    try {
      if (added !== undefined)
        return JSON.parse(readFileSync(path.join(attempts, added, 'holder-1.json'), 'utf8'))
    } catch {
      // nobody holds it yet
    }
  }
}

it('what floods the channel fills no memory', async () => {
  const body = `
    const much = Buffer.alloc(1 << 20, 'a')
    for (let sent = 0; sent < 1_000; ) {
      try { writeSync(3, much); sent += 1 } catch { await new Promise((resolve) => setImmediate(resolve)) }
    }
    console.log(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/' + process.ppid + '/status', 'utf8'))[1])`
  await using project = await withTask('flood', body)
  const { code, stdout } = await purser(project.folder, ['run', 'flood', '-e', 'local'])
  expect(code).toBe(0)
  expect(Number(stdout)).toBeLessThan(250_000)
})

it('progress counts to its last word, however fast it comes', async () => {
  const body = `
    for (let done = 0; done <= 40_000; ) {
      try { writeSync(3, JSON.stringify({ kind: 'progress', done }) + '\\n'); done += 1 } catch {}
    }`
  await using project = await withTask('count', body)
  expect((await purser(project.folder, ['run', 'count', '-e', 'local'])).code).toBe(0)
  expect(await purserJson(project.folder, ['show', 'last'])).toMatchObject({ progress: { done: 40_000 } })
})

it("the operator's open files reach neither a task nor what answers for the tasks", async () => {
  await using project = await withTask('look', '')
  const look = `import { readdirSync, readlinkSync } from 'node:fs'
    export const open = readdirSync('/proc/self/fd').flatMap((fd) => { try { return readlinkSync('/proc/self/fd/' + fd) } catch { return [] } })`
  project.write('look.ts', look)
  project.write(
    'tasks/look.ts',
    `import { open } from '../look.ts'\n${script('look', 'console.log(open.join())')}\nif (open.some((file) => file.endsWith('operators'))) throw new Error('seen')`,
  )
  // Node itself keeps back the first sixteen, and those without a gap after them
  const words = [
    'exec 60>>operators; exec "$@"',
    'bash',
    process.execPath,
    purserProgram,
    'run',
    'look',
    '-e',
    'local',
  ]
  const typed = spawn('bash', ['-c', ...words], { cwd: project.folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  typed.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  const [code] = await once(typed, 'close')
  expect(code).toBe(0)
  expect(stdout).not.toContain('operators')
})

it.each([[['SIGHUP']], [['SIGINT', 'SIGINT']]] as const)(
  'a run that is left to itself by %s is no success',
  async (signals) => {
    await using project = makeProject()
    await project.startApp()
    const words = ['sh', '-c', 'trap "" TERM; echo at work; until [ -e over ]; do sleep 0.05; done']
    const typed = typePurser(project.folder, ['run', '-e', 'local', '--', ...words])
    await typed.printed('at work')
    typed.process.kill(signals[0])
    if (signals.length > 1) {
      while (!(await purser(project.folder, ['runs'])).stdout.includes('cancelling')) await turn()
      typed.process.kill('SIGINT')
    }
    expect((await typed.finished).code).toBe(130)
    project.write('over', '')
  },
)

it('a task file that answers in the place of the release is no mistake of ours', async () => {
  await using project = await withTask('honest', '')
  project.write(
    'tasks/forger.ts',
    "import { writeSync } from 'node:fs'\nwriteSync(3, 'no JSON\\n')\nexport default 1",
  )
  const { code, stderr, stdout } = await purser(project.folder, ['tasks', '-e', 'local'])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('it answered something that is no JSON')

  const flood = "import { writeSync } from 'node:fs'\nfor (;;) writeSync(3, 'a'.repeat(1 << 20))"
  project.write('tasks/forger.ts', flood)
  const flooded = await purser(project.folder, ['tasks', '-e', 'local'])
  expect([flooded.code, flooded.stderr]).toEqual([0, ''])
  expect(flooded.stdout).toContain('tasks/forger.ts is broken')
})

it('Ctrl-C, which a terminal sends to the whole group, cancels a run and loses nothing', async () => {
  await using project = makeProject()
  await project.startApp()
  const task = ['sh', '-c', 'trap "echo bye; exit 3" TERM; echo at work; while :; do sleep 0.05; done']
  const typed = spawn(process.execPath, [purserProgram, 'run', '-e', 'local', '--', ...task], {
    cwd: project.folder,
    detached: true, // a group of its own, as a shell makes for what is typed
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(typed, 'close')
  let stdout = ''
  typed.stdout.on('data', (bytes) => {
    if (!stdout.includes('at work')) process.kill(-(typed.pid ?? 0), 'SIGINT')
    stdout += bytes
  })
  expect((await ended)[0]).toBe(85)
  expect(stdout).toBe('at work\nbye\n')
})
