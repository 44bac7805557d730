import { appendFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BatchProject } from '../support/batches/local.ts'
import { password } from '../support/batches/stage.ts'
import { rowCount, sliceRows } from '../support/batches/tasks.ts'
import { onTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

// What batches are wherever the app runs is tried in test/conformance/batches.ts.

let batches: BatchProject
beforeAll(async () => {
  batches = await BatchProject.start()
})
beforeEach(() => batches.fill())
afterAll(() => batches[Symbol.asyncDispose]())

const everyRowOnce = { 1: rowCount }

describe('a batch', () => {
  it('tells programs how far it is', async () => {
    const { code, stdout } = await batches.run('count', '--json')
    const frames = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(frames).toContainEqual(
      expect.objectContaining({ kind: 'progress', done: rowCount, total: rowCount }),
    )
    expect(frames.at(-1)).toMatchObject({ status: 'succeeded', exitCodeFrom: 'task' })
  })

  it('has nothing to do where there are no rows', async () => {
    await batches.fill(0)
    expect(await batches.run('count')).toMatchObject({ code: 0, stdout: '0 rows in 0 slices done.\n' })
  })

  it('goes on at a yes after its canary, with as many workers', async () => {
    const typed = ['run', 'count', '-e', 'local', '--canary', '2', '--workers', '2']
    const { code } = await onTerminal(typed, {
      folder: batches.project.folder,
      hear: (shown) => (shown.includes('[y/N]') ? 'y\n' : undefined),
    })
    expect(code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
    const found = await batches.batch()
    const workers = (await batches.runs()).filter(({ batch }) => batch === found.run)
    expect(workers).toHaveLength(4)
  })
})

describe('a batch at work', () => {
  it('is cancelled while it rests, for good', async () => {
    await batches.run('count', '--canary', '1')
    const { run: id } = await batches.show()
    const { code, stderr } = await batches.purser('cancel', id)
    expect(code).toBe(0)
    expect(stderr).toContain('cancelled')
    expect(stderr).not.toContain('purser resume')
    const resumed = await batches.purser('resume', id)
    expect(resumed.code).toBe(80)
    expect(resumed.stderr).not.toContain('purser replay')
  })

  it('is cancelled also while the app is down, which knows where its database is', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await batches.runToGate('gated')
    await batches.app.kill()
    const cancelling = batches.type('cancel', found.run)
    await until(async () => (await batches.show(found.run)).status === 'cancelling')
    await gate[Symbol.asyncDispose]()
    const { code } = await cancelling.finished
    await batches.restartApp()
    expect([code, (await typed.finished).code]).toEqual([0, 85])
    expect((await batches.show(found.run)).status).toBe('cancelled')
  })

  it('goes on in another release only where somebody says why', async () => {
    await batches.run('count', '--canary', '1')
    const { run: id } = await batches.show()
    batches.project.write('left-here', 'since the run began')
    const refused = await batches.purser('resume', id)
    expect([refused.code, refused.stderr]).toEqual([81, expect.stringContaining('RELEASE_CHANGED')])
    expect((await batches.show(id)).status).toBe('paused')
    const resumed = await batches.purser('resume', id, '--differs', 'release=a file that nothing reads')
    expect(resumed.code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
    const shown = await batches.purser('show', id)
    expect(shown.stdout).toMatch(/resumed by .* in release sha256:\w+: a file that nothing reads/)
  })
})

describe('workers', () => {
  it('leave a task alone that they have in another version', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await batches.runToGate('gated')
    const file = path.join(batches.project.folder, 'tasks/gated.js')
    appendFileSync(file, '// newer\n')
    const worker = batches.typeWorker()
    await until(async () => (await batches.runs())[0]?.kind === 'worker')
    const [own] = await batches.runs()
    await until(async () =>
      (await batches.purser('logs', own?.run ?? '')).stderr.includes('of another version'),
    )
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.slicesOf(own)).toBe(0)
    expect(await batches.slicesOf(found)).toBe(rowCount / sliceRows)
    worker.process.kill('SIGTERM')
    expect((await worker.finished).code).toBe(0)
  })
})

describe('rows that can’t be done', () => {
  beforeEach(() => batches.poison(77, 1_234))

  it('end the run when they are more than its limit; what is left undone is done by a replay', async () => {
    const { code, stderr } = await batches.run('strict')
    expect([code, stderr]).toEqual([1, expect.stringContaining('2 rows are buried, and its limit is 1')])
    const failed = await batches.show()
    expect(failed.status).toBe('failed')
    await batches.execute('truncate poison')
    expect((await batches.purser('replay', failed.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  it('are told without the secrets that their errors have in them', async () => {
    await batches.run('telling')
    for (const words of [[], ['--json']]) {
      const { stdout } = await batches.purser('buried', 'last', ...words)
      expect(stdout).toContain('no answer from')
      expect(stdout).not.toContain(password)
    }
  })

  it('are buried also where the handler does not come back', async () => {
    await batches.fill(20)
    await batches.poison(7)
    expect((await batches.run('hanging')).code).toBe(0)
    const { stdout } = await batches.purser('buried', 'last')
    expect(stdout).toMatch(/^ +7 .*did not come back.* tried 1 time\s*$/)
    expect(await batches.applied()).toEqual({ 0: 1, 1: 19 })
  })
})

describe('what can’t be done', () => {
  it.each([
    ['script', ['--workers', '2']],
    ['script', ['--canary', '2']],
    ['script', ['--dry-run']],
  ])('is refused before anything starts: %s %j', async (task, words) => {
    const { code, stderr } = await batches.run(task, ...words)
    expect([code, stderr]).toEqual([80, expect.stringContaining('NOT_A_BATCH')])
  })

  it.each([['--dry-run'], ['--workers', '2'], ['--canary', '1']])(
    'is no command with %s',
    async (...words) => {
      const { code } = await batches.purser('run', '-e', 'local', ...words, '--', 'touch', 'ran')
      expect(code).toBe(80)
      expect(existsSync(path.join(batches.project.folder, 'ran'))).toBe(false)
    },
  )

  it.each([`note=${password}`, 'password=hunter2'])('is no secret as a parameter: %s', async (parameter) => {
    const { code, stdout } = await batches.run('noted', '--param', parameter, '--json')
    expect(code).toBe(80)
    expect(JSON.parse(stdout.trim())).toMatchObject({ error: { code: 'PARAMETERS_INVALID' } })
    expect(stdout).not.toContain(parameter.split('=')[1])
  })

  it.each([
    ['unfit', 'BATCH_KEY_UNFIT', 'no unique index'],
    ['mistaken', 'BATCH_STATEMENT_WRONG', 'column "aplied"'],
    ['careless', 'BATCH_STATEMENT_WRONG', 'every slice would change every row'],
  ])('is said once, with its code: %s', async (task, code, what) => {
    for (const words of [[], ['--dry-run']]) {
      const { stdout, stderr } = await batches.run(task, ...words)
      const said = stdout + stderr
      expect(said).toContain(code)
      expect(said.split(what)).toHaveLength(2)
      expect(said).not.toMatch(/^ +at .*:\d+:\d+/m)
      expect(await batches.applied()).toEqual({ 0: rowCount })
    }
  })
})
