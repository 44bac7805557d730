import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { BatchApp, containerOf } from '../../support/batches/docker.ts'
import { sliceStates } from '../../support/batches/stage.ts'
import { gateAfter, loudLines, rowCount } from '../../support/batches/tasks.ts'
import { docker } from '../../support/docker/docker.ts'
import { until } from '../../support/until.ts'

// What batches are wherever the app runs is tried in test/conformance/batches.ts.

// each has some containers made, and more than one purser
vi.setConfig({ testTimeout: 300_000 })

const once = { 1: rowCount }

let batches: BatchApp
beforeAll(async () => {
  batches = await BatchApp.start()
})
beforeEach(() => batches.fill())
afterAll(() => batches[Symbol.asyncDispose]())

describe('a batch at work in a container', () => {
  it('is paused also where the way to its database is cut while the slice at work is awaited', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await batches.runToGate('gated')
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

  it('rests when its container is removed by somebody else', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await batches.runToGate('gated')
    await docker('rm', '--force', containerOf(found))
    expect((await typed.finished).code).toBe(86)
    await gate[Symbol.asyncDispose]()
    expect((await batches.purser('resume', found.run)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
  })

  it('goes on when its supervisor is killed, and is known to be over at its end', async () => {
    await using gate = await batches.closeGate()
    const { typed, run: found } = await batches.runToGate('gated')
    batches.killSupervisor(found)
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
    const { typed, run: found } = await batches.runToGate('gated')
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
    const { typed, run: found } = await batches.runToGate('gated')
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
    const { typed, run: found } = await batches.runToGate('gated', '--workers', '2')
    await until(async () => (await batches.slices(sliceStates.claimed)).workers === 2)
    const workers = await batches.workersOf(found)
    expect([...(await batches.twins())].sort()).toEqual([found, ...workers].map(containerOf).sort())
    await gate[Symbol.asyncDispose]()
    expect((await typed.finished).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    await until(async () => (await batches.workersOf(found)).every(({ status }) => status === 'succeeded'))
    for (const { run } of [found, ...workers]) {
      expect(await batches.show(run)).toMatchObject({ exitCode: 0, parity: { verdict: 'same' } })
    }
    expect(await batches.twins()).toEqual([])
  })

  it('may differ from the app in what was declared for their lead', async () => {
    await batches.app.exec('sh', '-c', 'echo 1f4a9b > REVISION')
    try {
      const declared = ['--differs', 'code-revision=it was noted down by hand']
      expect(await batches.run('count', '--workers', '1', ...declared)).toMatchObject({ code: 0 })
      const [worker] = await batches.workersOf(await batches.batch())
      await until(async () => (await batches.show(worker?.run)).status === 'succeeded')
      expect((await batches.show(worker?.run)).parity).toMatchObject({ verdict: 'differs' })
    } finally {
      await batches.app.exec('rm', 'REVISION')
    }
    expect(await batches.applied()).toEqual(once)
  })
})

it('rows whose handler takes more memory than there is are buried, and that is said', async () => {
  await batches.fill(8)
  await batches.poison(7)
  const { code, stderr } = await batches.run('greedy')
  expect([code, stderr]).toEqual([0, expect.stringContaining('succeeded')])
  expect(await batches.applied()).toEqual({ 0: 1, 1: 7 })
  const { stdout } = await batches.purser('buried', 'last')
  expect(stdout).toMatch(/^ +7 .*its worker ended over it/)
  expect((await batches.show()).outcome).toMatchObject({ code: 0, oom: true })
})

describe('reports in the stream of errors', () => {
  it('come through however long what they tell of is', async () => {
    await batches.poison(1)
    const typed = batches.typeRun('verbose', '--json')
    await typed.printed('tried again: it is poison')
    await batches.execute('truncate poison')
    const { code, stdout } = await typed.finished
    expect(code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ status: 'succeeded' })
  })

  it('come through however much else is printed there', async () => {
    const { code, stderr } = await batches.run('loud')
    expect([code, stderr.split('a line that somebody').length - 1]).toEqual([0, loudLines])
    expect(stderr).not.toContain('\u001e')
    expect(await batches.applied()).toEqual(once)
    expect((await batches.show()).status).toBe('succeeded')
  })
})

describe('an app whose database’s URL is in a file of the operator’s', () => {
  let its: BatchApp
  beforeAll(async () => {
    its = await BatchApp.start({ urlIn: 'file' })
    await its.fill()
  })
  afterAll(() => its[Symbol.asyncDispose]())

  it('has batches that are known to be over where nothing of their output may be kept any more', async () => {
    await using gate = await its.closeGate()
    const typed = its.typeRun('gated')
    await until(async () => (await its.applied())[1] === gateAfter)
    const found = await its.batch()
    its.killSupervisor(found)
    await until(async () => (await its.purser('logs', found.run)).stderr.includes('taken over'))
    await gate[Symbol.asyncDispose]()
    const { code, stderr } = await typed.finished
    expect([code, stderr]).toEqual([0, expect.stringContaining('could not be redacted')])
    expect(await its.applied()).toEqual(once)
  })
})

it('an image without the driver says so, once', async () => {
  await using its = await BatchApp.start({ hasDriver: false })
  await its.fill()
  const { code, stderr } = await its.run('count')
  expect(code).toBe(80)
  expect(stderr.split('PACKAGE_MISSING')).toHaveLength(2)
  expect(stderr).toContain('The package "pg"')
  expect(await its.show()).toMatchObject({ status: 'failed' })
})
