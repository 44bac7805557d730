import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type BatchApp, type DockerBatchRun, startBatchApp } from '../../support/docker/batch-app.ts'
import { gateAfter, loudLines, rowCount } from '../../support/docker/batch-tasks.ts'
import { docker } from '../../support/docker/docker.ts'
import { until } from '../../support/until.ts'

// each has some containers made, and more than one purser
vi.setConfig({ testTimeout: 300_000 })

const claimed = 1
const done = 2
const slice = 100
const once = { 1: rowCount }

let batches: BatchApp
beforeAll(async () => {
  batches = await startBatchApp()
})
beforeEach(() => batches.fill())
afterAll(() => batches[Symbol.asyncDispose]())

const run = (...args: string[]) => batches.purser('run', ...args, '-e', 'test')

/** Starts the gated batch, and waits until nothing is left for it but what the gate keeps from it. */
async function runToGate(...args: string[]) {
  const typed = batches.type('run', 'gated', '-e', 'test', ...args)
  await until(
    async () => (await batches.applied())[1] === gateAfter && (await batches.slices(claimed)).slices > 0,
  )
  return { typed, run: await batchRun() }
}

/** The batch that was started last. */
async function batchRun(): Promise<DockerBatchRun> {
  const found = (await batches.runs()).find(({ kind }) => kind === 'batch')
  if (found === undefined) throw new Error('No batch is on record.')
  return found
}

async function batchState(): Promise<unknown> {
  const [row] = await batches.query('select state from purser.batches order by created_at desc limit 1')
  return row?.state
}

/** The container of a run's first attempt. */
const containerOf = ({ run }: DockerBatchRun) => `purser-${run}.1`

async function workersOf({ run }: DockerBatchRun): Promise<readonly DockerBatchRun[]> {
  return (await batches.runs()).filter(({ kind, batch }) => kind === 'worker' && batch === run)
}

describe('a batch in a container', () => {
  it.each(['count', 'gated'])('does every row once, in a twin like the app (%s)', async (task) => {
    const { code, stdout } = await run(task)
    expect([code, stdout]).toEqual([0, '3,000 rows in 30 slices done.\n'])
    expect(await batches.applied()).toEqual(once)
    expect(await batches.show()).toMatchObject({
      kind: 'batch',
      status: 'succeeded',
      parity: { verdict: 'same' },
      progress: { done: rowCount, total: rowCount, label: 'rows' },
    })
    expect(await batches.twins()).toEqual([])
  })

  it('says in a dry run what its first slice would change, and changes nothing', async () => {
    const { code, stdout } = await run('count', '--dry-run')
    expect([code, stdout]).toEqual([0, expect.stringContaining('public.places: 100 rows updated')])
    expect(await batches.applied()).toEqual({ 0: rowCount })
    expect((await batches.show()).status).toBe('succeeded')
  })

  it('rests after its canary, and goes on from there in another container', async () => {
    const { code, stderr } = await run('count', '--canary', '1')
    expect([code, stderr]).toEqual([86, expect.stringMatching(/paused .*the first slice is done/)])
    expect(await batches.applied()).toEqual({ 0: rowCount - slice, 1: slice })
    expect(await batches.twins()).toEqual([])
    const { run: id } = await batches.show()
    expect((await batches.purser('resume', id)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    const { status, attempts } = await batches.show(id)
    expect([status, attempts.length]).toEqual(['succeeded', 2])
  })
})

describe('a batch at work in a container', () => {
  it('is paused through the app’s container, and resumed', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const pausing = batches.type('pause', found.run)
    await until(async () => (await batchState()) === 'paused')
    await gate[Symbol.asyncDispose]()
    expect(await pausing.finished).toMatchObject({ code: 0, stderr: expect.stringContaining('paused') })
    expect((await typed.finished).code).toBe(86)
    expect(await batches.applied()).toEqual({ 0: rowCount - gateAfter - slice, 1: gateAfter + slice })
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  it('is paused also where the way to its database is cut while the slice at work is awaited', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const pausing = batches.type('pause', found.run)
    await until(async () => (await batches.show(found.run)).status === 'pausing')
    let cut: readonly string[] = []
    await until(async () => {
      cut = await tunnels()
      return cut.length > 0
    })
    // as its time limit does, which may have come already
    await batches.app.exec('sh', '-c', 'kill "$@" || true', 'sh', ...cut)
    const isNew = (tunnel: string) => !cut.includes(tunnel)
    await until(async () => (await tunnels()).some(isNew) || pausing.process.exitCode !== null)
    await gate[Symbol.asyncDispose]()
    expect(await pausing.finished).toMatchObject({ code: 0, stderr: expect.stringContaining('paused') })
    expect((await typed.finished).code).toBe(86)
  })

  it('is cancelled, and its container is gone', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    const cancelling = batches.type('cancel', found.run)
    await until(async () => (await batchState()) === 'cancelled')
    await gate[Symbol.asyncDispose]()
    expect((await cancelling.finished).code).toBe(0)
    expect((await typed.finished).code).toBe(85)
    expect(await batches.twins()).toEqual([])
    const applied = await batches.applied()
    // the slice at work may have been the last one that still could
    expect([gateAfter, gateAfter + slice]).toContain(applied[1])
    expect((await batches.purser('resume', found.run)).code).toBe(80)
  })

  it('rests when its container is killed, and does every row once when it is resumed', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    await docker('kill', containerOf(found))
    const { code, stderr } = await typed.finished
    expect([code, stderr]).toEqual([86, expect.stringContaining('its lead was killed by SIGKILL')])
    expect(await batches.twins()).toEqual([])
    await gate[Symbol.asyncDispose]()
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  it('rests when its container is removed by somebody else', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    await docker('rm', '--force', containerOf(found))
    expect((await typed.finished).code).toBe(86)
    await gate[Symbol.asyncDispose]()
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  it('goes on when the purser that started it is killed', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    typed.process.kill('SIGKILL')
    await typed.finished
    const following = batches.type('logs', '-f', found.run)
    await gate[Symbol.asyncDispose]()
    expect((await following.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    expect((await batches.show(found.run)).status).toBe('succeeded')
  })

  it('goes on when its supervisor is killed, and is known to be over at its end', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    batches.killSupervisor(found.run)
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    expect(await batches.show(found.run)).toMatchObject({
      status: 'succeeded',
      progress: { done: rowCount, total: rowCount },
    })
  })

  it('rests where a pause finds its database away, which it says clearly', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    await docker('stop', '--time', '5', batches.database.id)
    try {
      await gate[Symbol.asyncDispose]()
      const { code, stderr } = await batches.purser('pause', found.run)
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining("PostgreSQL at database/shop can't be reached"),
      ])
      expect((await typed.finished).code).toBe(86)
      expect(await batches.twins()).toEqual([])
    } finally {
      await docker('start', batches.database.id)
      await untilThere()
    }
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  it('waits while its database is away, and goes on by itself', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate()
    await docker('stop', '--time', '5', batches.database.id)
    try {
      await gate[Symbol.asyncDispose]()
      await until(async () => (await batches.show(found.run)).progress?.label?.includes('waiting') === true)
    } finally {
      await docker('start', batches.database.id)
      await untilThere()
    }
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })
})

async function untilThere(): Promise<void> {
  await until(() =>
    batches.query('select').then(
      () => true,
      () => false,
    ),
  )
}

/** The processes through which databases are reached from the app's container. */
async function tunnels(): Promise<readonly string[]> {
  const found = await batches.app.exec('sh', '-c', 'pidof nc || true')
  return found.split(' ').filter(Boolean)
}

describe('workers in containers', () => {
  it('have one each, like the app, which is gone with the batch', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate('--workers', '2')
    await until(async () => (await batches.slices(claimed)).workers === 2)
    const workers = await workersOf(found)
    expect([...(await batches.twins())].sort()).toEqual([found, ...workers].map(containerOf).sort())
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    await until(async () => (await workersOf(found)).every(({ status }) => status === 'succeeded'))
    for (const { run } of workers) {
      expect(await batches.show(run)).toMatchObject({ exitCode: 0, parity: { verdict: 'same' } })
    }
    expect(await batches.twins()).toEqual([])
  })

  it('may differ from the app in what was declared for their lead', async () => {
    await batches.app.exec('sh', '-c', 'echo 1f4a9b > REVISION')
    try {
      const declared = ['--differs', 'code-revision=it was noted down by hand']
      expect(await run('count', '--workers', '1', ...declared)).toMatchObject({ code: 0 })
      const [worker] = await workersOf(await batchRun())
      await until(async () => (await batches.show(worker?.run)).status === 'succeeded')
      expect((await batches.show(worker?.run)).parity).toMatchObject({ verdict: 'differs' })
    } finally {
      await batches.app.exec('rm', 'REVISION')
    }
    expect(await batches.applied()).toEqual(once)
  })

  it('are killed, and others do their slices', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await runToGate('--workers', '2')
    await until(async () => (await batches.slices(claimed)).workers === 2)
    const [worker] = await workersOf(found)
    if (worker === undefined) throw new Error('There is no worker.')
    await docker('kill', containerOf(worker))
    await until(async () => (await batches.show(worker.run)).status === 'failed')
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  it('that wait for batches finish their slice on SIGTERM, and end with exit code 0', async () => {
    await using gate = await batches.closeGate()
    const worker = batches.type('worker', '-e', 'test')
    await until(async () => (await batches.runs())[0]?.status === 'running')
    const [own] = await batches.runs()
    if (own?.kind !== 'worker') throw new Error('There is no worker.')
    const { typed } = await runToGate()
    await until(async () => (await batches.slices(claimed)).workers === 2)
    worker.process.kill('SIGTERM')
    await until(async () => (await batches.show(own.run)).status === 'cancelling')
    await until(() =>
      docker('exec', containerOf(own), 'ls', '/tmp/told').then(
        () => true,
        () => false,
      ),
    )
    const before = await slicesOf(own)
    await gate[Symbol.asyncDispose]()
    expect((await worker.finished).code).toBe(0)
    expect(await slicesOf(own)).toBe(before + 1)
    expect(await batches.twins()).not.toContain(containerOf(own))
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  /** How many slices were done by a run's workers. */
  async function slicesOf(of: DockerBatchRun): Promise<number> {
    const [row] = await batches.query(
      `select count(*)::int as n from purser.slices where state = ${done} and worker like '${of.run}.%'`,
    )
    return Number(row?.n)
  }
})

describe('rows that can’t be done in a container', () => {
  const bury = async (rows: number, ...poisonous: readonly number[]) => {
    await batches.fill(rows)
    await batches.execute(`insert into poison values ${poisonous.map((id) => `(${id})`).join(', ')}`)
  }

  it('are listed and replayed through the app’s container', async () => {
    await bury(rowCount, 77)
    expect(await run('poisoned')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 row is buried.'),
    })
    const { run: id } = await batches.show()
    const { stdout } = await batches.purser('buried', id, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ run: id, buried: [{ key: ['77'], error: 'it is poison' }] })
    await batches.execute('truncate poison')
    const replayed = await batches.purser('replay', id)
    expect([replayed.code, replayed.stderr]).toEqual([0, expect.stringContaining('1 row put back.')])
    expect(await batches.applied()).toEqual(once)
  })

  it.each(['exiting', 'greedy'])('are buried also where the handler is %s', async (task) => {
    await bury(8, 7)
    const { code, stderr } = await run(task)
    expect([code, stderr]).toEqual([0, expect.stringContaining('succeeded')])
    expect(await batches.applied()).toEqual({ 0: 1, 1: 7 })
    const { stdout } = await batches.purser('buried', 'last')
    expect(stdout).toMatch(/^ +7 .*its worker ended over it/)
    const { outcome } = await batches.show()
    expect(outcome).toMatchObject({ code: 0, ...(task === 'greedy' ? { oom: true } : {}) })
  })
})

describe('reports in the stream of errors', () => {
  it('come through however long what they tell of is', async () => {
    await batches.execute('insert into poison values (1)')
    const typed = batches.type('run', 'verbose', '-e', 'test', '--json')
    await typed.printed('tried again: it is poison')
    await batches.execute('truncate poison')
    const { code, stdout } = await typed.finished
    expect(code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ status: 'succeeded' })
  })

  it('come through however much else is printed there', async () => {
    const { code, stderr } = await run('loud')
    expect([code, stderr.split('a line that somebody').length - 1]).toEqual([0, loudLines])
    expect(stderr).not.toContain('\u001e')
    expect(await batches.applied()).toEqual(once)
    expect((await batches.show()).status).toBe('succeeded')
  })
})

describe('an app whose database’s URL is in a file of the operator’s', () => {
  let its: BatchApp
  beforeAll(async () => {
    its = await startBatchApp({ urlIn: 'file' })
    await its.fill()
  })
  afterAll(() => its[Symbol.asyncDispose]())

  it('has batches that are known to be over where nothing of their output may be kept any more', async () => {
    await using gate = await its.closeGate()
    const typed = its.type('run', 'gated', '-e', 'test')
    await until(async () => (await its.applied())[1] === gateAfter)
    const { run: id } = await its.show()
    its.killSupervisor(id)
    await until(async () => (await its.purser('logs', id)).stderr.includes('taken over'))
    await gate[Symbol.asyncDispose]()
    const { code, stderr } = await typed.finished
    expect([code, stderr]).toEqual([0, expect.stringContaining('could not be redacted')])
    expect(await its.applied()).toEqual(once)
  })
})

it('an image without the driver says so, once', async () => {
  await using its = await startBatchApp({ hasDriver: false })
  await its.fill()
  const { code, stderr } = await its.purser('run', 'count', '-e', 'test')
  expect(code).toBe(80)
  expect(stderr.split('PACKAGE_MISSING')).toHaveLength(2)
  expect(stderr).toContain('The package "pg"')
  expect(await its.show()).toMatchObject({ status: 'failed' })
})

it('leaves an unbroken ledger', async () => {
  expect((await batches.purser('ledger', 'verify')).code).toBe(0)
})
