import { appendFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type BatchProject,
  type BatchRun,
  gateAfter,
  makeBatchProject,
  password,
  rowCount,
  until,
} from '../support/batch-project.ts'
import { isGone } from '../support/processes.ts'
import { onTerminal } from '../support/terminal.ts'

const claimed = 1
const done = 2
const slice = 100

let batches: BatchProject
beforeAll(async () => {
  batches = await makeBatchProject()
})
beforeEach(() => batches.fill())
afterAll(() => batches[Symbol.asyncDispose]())

const run = (...args: string[]) => batches.purser('run', ...args, '-e', 'local')
const everyRowOnce = { 1: rowCount }

/** Starts the gated batch, and waits until nothing is left for it but what the gate keeps from it. */
async function runToGate(...args: string[]) {
  const typed = batches.type('run', 'gated', '-e', 'local', ...args)
  await until(
    async () => (await batches.applied())[1] === gateAfter && (await batches.slices(claimed)).slices > 0,
  )
  return { typed, run: await batchRun() }
}

/** The batch that was started last. */
async function batchRun(): Promise<BatchRun> {
  const found = (await batches.runs()).find(({ kind }) => kind === 'batch')
  if (found === undefined) throw new Error('No batch is on record.')
  return found
}

async function batchState(): Promise<unknown> {
  const [row] = await batches.query('select state from purser.batches order by created_at desc limit 1')
  return row?.state
}

describe('a batch', () => {
  it.each(['count', 'gated'])('does every row once (%s)', async (task) => {
    const { code, stdout } = await run(task)
    expect([code, stdout]).toEqual([0, '3,000 rows in 30 slices done.\n'])
    expect(await batches.applied()).toEqual(everyRowOnce)
    expect(await batches.show()).toMatchObject({
      kind: 'batch',
      status: 'succeeded',
      progress: { done: rowCount, total: rowCount, label: 'rows' },
    })
  })

  it('tells programs how far it is', async () => {
    const { code, stdout } = await run('count', '--json')
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
    expect(await run('count')).toMatchObject({ code: 0, stdout: '0 rows in 0 slices done.\n' })
  })

  it('says in a dry run what its first slice would change, and changes nothing', async () => {
    const { code, stdout } = await run('count', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain('The first slice has 100 rows, up to 100.')
    expect(stdout).toContain('public.places: 100 rows updated')
    expect(await batches.applied()).toEqual({ 0: rowCount })
    expect(await batches.query(`select to_regnamespace('purser') as schema`)).toEqual([{ schema: null }])
  })

  it('goes on at a yes after its canary, with as many workers', async () => {
    const typed = ['run', 'count', '-e', 'local', '--canary', '2', '--workers', '2']
    const { code } = await onTerminal(typed, {
      folder: batches.project.folder,
      hear: (shown) => (shown.includes('[y/N]') ? 'y\n' : undefined),
    })
    expect(code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
    const found = await batchRun()
    const workers = (await batches.runs()).filter(({ batch }) => batch === found.run)
    expect(workers).toHaveLength(4)
  })

  it('rests after its canary, and goes on from there', async () => {
    const { code, stderr } = await run('count', '--canary', '2')
    expect([code, stderr]).toEqual([86, expect.stringMatching(/paused .*the first 2 slices are done/)])
    expect(await batches.applied()).toEqual({ 0: rowCount - 2 * slice, 1: 2 * slice })
    const rests = await batches.show()
    expect(rests).toMatchObject({ status: 'paused', exitCode: 86, exitCodeFrom: 'purser' })
    const resumed = await batches.purser('resume', rests.run)
    expect(resumed.code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
    const ended = await batches.show(rests.run)
    expect([ended.status, ended.attempts.length]).toEqual(['succeeded', 2])
    expect((await batches.purser('resume', rests.run)).stderr).toContain('RUN_NOT_PAUSED')
  })
})

describe('a batch at work', () => {
  it('is paused from another terminal once the slice at work is done', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const pausing = batches.type('pause', found.run, '--reason', 'The sale begins')
    await until(async () => (await batchState()) === 'paused')
    await gate[Symbol.asyncDispose]()
    expect((await pausing.finished).code).toBe(0)
    expect((await typed.finished).code).toBe(86)
    expect(await batches.applied()).toEqual({ 0: rowCount - gateAfter - slice, 1: gateAfter + slice })
    expect(await batches.show(found.run)).toMatchObject({ status: 'paused' })
    expect((await batches.purser('show', found.run)).stdout).toContain('The sale begins')
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  it('is cancelled, and nothing of the slice at work takes effect', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const cancelling = batches.type('cancel', found.run)
    await until(async () => (await batchState()) === 'cancelled')
    await gate[Symbol.asyncDispose]()
    expect((await cancelling.finished).code).toBe(0)
    expect((await typed.finished).code).toBe(85)
    const applied = await batches.applied()
    // the slice at work may have been the last one that still could
    expect([gateAfter, gateAfter + slice]).toContain(applied[1])
    for (const command of ['resume', 'pause', 'cancel']) {
      expect((await batches.purser(command, found.run)).code).toBe(80)
    }
    await batches.purser('replay', found.run)
    expect(await batches.applied()).toEqual(applied)
  })

  it('rests when its lead is killed, and does every row once when it is resumed', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const lead = (await batches.show(found.run)).attempts[0]?.pid ?? 0
    process.kill(lead, 'SIGKILL')
    const { code, stderr } = await typed.finished
    expect([code, stderr]).toEqual([86, expect.stringContaining('its lead was killed by SIGKILL')])
    expect(isGone(lead)).toBe(true)
    expect(await batches.applied()).toEqual({ 0: rowCount - gateAfter, 1: gateAfter })
    await gate[Symbol.asyncDispose]()
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  it('goes on when the purser that started it is killed', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    typed.process.kill('SIGKILL')
    await typed.finished
    const following = batches.type('logs', '-f', found.run)
    await gate[Symbol.asyncDispose]()
    expect((await following.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
    expect((await batches.show(found.run)).status).toBe('succeeded')
  })

  it('is cancelled while it rests, for good', async () => {
    await run('count', '--canary', '1')
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
    const { typed, run: found } = await runToGate()
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
    await run('count', '--canary', '1')
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
  it('are runs of their own, and end with the batch', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate('--workers', '2')
    await until(async () => (await batches.slices(claimed)).workers === 2)
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
    const workers = () => batches.runs().then((all) => all.filter(({ batch }) => batch === found.run))
    expect((await batches.show('last')).run).toBe(found.run)
    await until(async () => (await workers()).every(({ status }) => status === 'succeeded'))
    expect((await workers()).map(({ kind }) => kind)).toEqual(['worker', 'worker'])
  })

  it('that wait for batches finish their slice on SIGTERM, and end with exit code 0', async () => {
    await using gate = await batches.closeGate()
    const worker = batches.type('worker', '-e', 'local')
    await until(async () => (await batches.runs())[0]?.status === 'running')
    const { typed } = await runToGate()
    await until(async () => (await batches.slices(claimed)).workers === 2)
    const [own] = (await batches.runs()).filter(({ kind }) => kind === 'worker')
    worker.process.kill('SIGTERM')
    await until(async () => (await batches.show(own?.run)).status === 'cancelling')
    await until(async () => existsSync(path.join(batches.project.folder, `.purser/told-${own?.run}`)))
    const doneBefore = await slicesOf(own)
    await gate[Symbol.asyncDispose]()
    expect((await worker.finished).code).toBe(0)
    expect(await slicesOf(own)).toBe(doneBefore + 1)
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  it('leave a task alone that they have in another version', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const file = path.join(batches.project.folder, 'tasks/gated.js')
    appendFileSync(file, '// newer\n')
    const worker = batches.type('worker', '-e', 'local')
    await until(async () => (await batches.runs())[0]?.kind === 'worker')
    const [own] = await batches.runs()
    await until(async () =>
      (await batches.purser('logs', own?.run ?? '')).stderr.includes('of another version'),
    )
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await slicesOf(own)).toBe(0)
    expect(await slicesOf(found)).toBe(rowCount / slice)
    worker.process.kill('SIGTERM')
    expect((await worker.finished).code).toBe(0)
  })

  it('that are killed take nothing with them', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate('--workers', '2')
    await until(async () => (await batches.slices(claimed)).workers === 2)
    const [worker] = (await batches.runs()).filter(({ batch }) => batch === found.run)
    process.kill((await batches.show(worker?.run)).attempts[0]?.pid ?? 0, 'SIGKILL')
    await until(async () => (await batches.show(worker?.run)).status === 'failed')
    expect((await batches.purser('logs', worker?.run ?? '')).stderr).not.toContain('node:internal')
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  /** How many slices were done by a run's workers. */
  async function slicesOf(of: BatchRun | undefined): Promise<number> {
    const [row] = await batches.query(
      `select count(*)::int as n from purser.slices where state = ${done} and worker like '${of?.run}.%'`,
    )
    return Number(row?.n)
  }
})

describe('rows that can’t be done', () => {
  const bad = [77, 1_234]
  beforeEach(() => batches.query(`insert into poison values ${bad.map((id) => `(${id})`).join(', ')}`))

  it('are buried one by one, and are done once when they are replayed', async () => {
    const { code, stdout } = await run('poisoned')
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 rows are buried.')])
    const { run: id } = await batches.show()
    const listed = await batches.purser('buried', id)
    expect(listed.stdout).toMatch(/77 +row 77 is poison +tried 2 times\n +1234 +row 1234 is poison/)
    const { stdout: json } = await batches.purser('buried', id, '--json')
    expect(JSON.parse(json)).toMatchObject({
      run: id,
      buried: bad.map((key) => ({ key: [String(key)], tries: 2 })),
    })
    expect(await batches.applied()).toEqual({ 0: bad.length, 1: rowCount - bad.length })

    await batches.query('truncate poison')
    const replayed = await batches.purser('replay', id, '--reason', 'The poison is gone')
    expect([replayed.code, replayed.stderr]).toEqual([0, expect.stringContaining('2 rows put back.')])
    expect(await batches.applied()).toEqual(everyRowOnce)
    expect(await batches.show()).toMatchObject({
      status: 'succeeded',
      batch: id,
      reason: 'The poison is gone',
    })
    expect((await batches.purser('replay', id)).stderr).toContain('0 rows put back.')
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  it('end the run when they are more than its limit; what is left undone is done by a replay', async () => {
    const { code, stderr } = await run('strict')
    expect([code, stderr]).toEqual([1, expect.stringContaining('2 rows are buried, and its limit is 1')])
    const failed = await batches.show()
    expect(failed.status).toBe('failed')
    await batches.query('truncate poison')
    expect((await batches.purser('replay', failed.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(everyRowOnce)
  })

  it('are told without the secrets that their errors have in them', async () => {
    await run('telling')
    for (const words of [[], ['--json']]) {
      const { stdout } = await batches.purser('buried', 'last', ...words)
      expect(stdout).toContain('no answer from')
      expect(stdout).not.toContain(password)
    }
  })

  it.each([
    ['exiting', 'its worker ended over it'],
    ['hanging', 'did not come back'],
  ])('are buried also where the handler is %s', async (task, why) => {
    await batches.fill(20)
    await batches.query('insert into poison values (7)')
    expect((await run(task)).code).toBe(0)
    const { stdout } = await batches.purser('buried', 'last')
    expect(stdout).toMatch(new RegExp(`^ +7 .*${why}.* tried 1 time\\s*$`))
    expect(await batches.applied()).toEqual({ 0: 1, 1: 19 })
  })
})

describe('what can’t be done', () => {
  it.each([
    ['script', ['--workers', '2']],
    ['script', ['--canary', '2']],
    ['script', ['--dry-run']],
  ])('is refused before anything starts: %s %j', async (task, words) => {
    const { code, stderr } = await run(task, ...words)
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
    const { code, stdout } = await run('gated', '--param', parameter, '--json')
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
      const { stdout, stderr } = await run(task, ...words)
      const said = stdout + stderr
      expect(said).toContain(code)
      expect(said.split(what)).toHaveLength(2)
      expect(said).not.toMatch(/^ +at .*:\d+:\d+/m)
      expect(await batches.applied()).toEqual({ 0: rowCount })
    }
  })
})

it('leaves an unbroken ledger', async () => {
  expect((await batches.purser('ledger', 'verify')).code).toBe(0)
})
