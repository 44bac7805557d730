import { describe, expect, it } from 'vitest'
import { type BatchStage, sliceStates } from '../support/batches/stage.ts'
import { gateAfter, rowCount, sliceRows } from '../support/batches/tasks.ts'
import { until } from '../support/until.ts'

const { claimed } = sliceStates
const everyRowOnce = { 1: rowCount }

/** What batches are, wherever the app runs. The table was filled anew before each. */
export function describeBatches(title: string, opened: () => BatchStage): void {
  describe(`a batch, ${title}`, () => {
    it.each(['count', 'gated'])('does every row once (%s)', async (task) => {
      const batches = opened()
      const { code, stdout } = await batches.run(task)
      expect([code, stdout]).toEqual([0, '3,000 rows in 30 slices done.\n'])
      expect(await batches.applied()).toEqual(everyRowOnce)
      expect(await batches.show()).toMatchObject({
        kind: 'batch',
        status: 'succeeded',
        progress: { done: rowCount, total: rowCount, label: 'rows' },
      })
    })

    it('says in a dry run what its first slice would change, and changes nothing', async () => {
      const batches = opened()
      const { code, stdout } = await batches.run('count', '--dry-run')
      expect(code).toBe(0)
      expect(stdout).toContain('The first slice has 100 rows, up to 100.')
      expect(stdout).toContain('public.places: 100 rows updated')
      expect(await batches.applied()).toEqual({ 0: rowCount })
      expect(await batches.query(`select to_regnamespace('purser') as schema`)).toEqual([{ schema: null }])
      expect((await batches.show()).status).toBe('succeeded')
    })

    it('rests after its canary, and goes on from there', async () => {
      const batches = opened()
      const { code, stderr } = await batches.run('count', '--canary', '2')
      expect([code, stderr]).toEqual([86, expect.stringMatching(/paused .*the first 2 slices are done/)])
      expect(await batches.applied()).toEqual({ 0: rowCount - 2 * sliceRows, 1: 2 * sliceRows })
      const rests = await batches.show()
      expect(rests).toMatchObject({ status: 'paused', exitCode: 86, exitCodeFrom: 'purser' })
      expect((await batches.purser('resume', rests.run)).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
      const ended = await batches.show(rests.run)
      expect([ended.status, ended.attempts.length]).toEqual(['succeeded', 2])
      expect((await batches.purser('resume', rests.run)).stderr).toContain('RUN_NOT_PAUSED')
    })
  })

  describe(`a batch at work, ${title}`, () => {
    it('is paused from another terminal once the slice at work is done', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const { typed, run: found } = await batches.runToGate('gated')
      const pausing = batches.type('pause', found.run, '--reason', 'The sale begins')
      await until(async () => (await batches.state()) === 'paused')
      await gate[Symbol.asyncDispose]()
      expect(await pausing.finished).toMatchObject({ code: 0, stderr: expect.stringContaining('paused') })
      expect((await typed.finished).code).toBe(86)
      expect(await batches.applied()).toEqual({
        0: rowCount - gateAfter - sliceRows,
        1: gateAfter + sliceRows,
      })
      expect(await batches.show(found.run)).toMatchObject({ status: 'paused' })
      expect((await batches.purser('show', found.run)).stdout).toContain('The sale begins')
      expect((await batches.purser('resume', found.run)).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
    })

    it('is cancelled for good, and nothing of the slice at work takes effect', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const { typed, run: found } = await batches.runToGate('gated')
      const cancelling = batches.type('cancel', found.run)
      await until(async () => (await batches.state()) === 'cancelled')
      await gate[Symbol.asyncDispose]()
      expect((await cancelling.finished).code).toBe(0)
      expect((await typed.finished).code).toBe(85)
      const applied = await batches.applied()
      // the slice at work may have been the last one that still could
      expect([gateAfter, gateAfter + sliceRows]).toContain(applied[1])
      for (const command of ['resume', 'pause', 'cancel']) {
        expect((await batches.purser(command, found.run)).code).toBe(80)
      }
      await batches.purser('replay', found.run)
      expect(await batches.applied()).toEqual(applied)
    })

    it('rests when its lead is killed, and does every row once when it is resumed', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const { typed, run: found } = await batches.runToGate('gated')
      await batches.kill(found)
      const { code, stderr } = await typed.finished
      expect([code, stderr]).toEqual([86, expect.stringContaining('its lead was killed by SIGKILL')])
      expect(await batches.applied()).toEqual({ 0: rowCount - gateAfter, 1: gateAfter })
      await gate[Symbol.asyncDispose]()
      expect((await batches.purser('resume', found.run)).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
    })

    it('goes on when the purser that started it is killed', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const { typed, run: found } = await batches.runToGate('gated')
      typed.process.kill('SIGKILL')
      await typed.finished
      const following = batches.type('logs', '-f', found.run)
      await gate[Symbol.asyncDispose]()
      expect((await following.finished).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
      expect((await batches.show(found.run)).status).toBe('succeeded')
    })
  })

  describe(`workers, ${title}`, () => {
    it('are runs of their own, and end with the batch', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const { typed, run: found } = await batches.runToGate('gated', '--workers', '2')
      await until(async () => (await batches.slices(claimed)).workers === 2)
      await gate[Symbol.asyncDispose]()
      expect((await typed.finished).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
      expect((await batches.show('last')).run).toBe(found.run)
      const workers = () => batches.workersOf(found)
      await until(async () => (await workers()).every(({ status }) => status === 'succeeded'))
      expect((await workers()).map(({ exitCode }) => exitCode)).toEqual([0, 0])
    })

    it('that wait for batches finish their slice on SIGTERM, and end with exit code 0', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const worker = batches.typeWorker()
      await until(async () => (await batches.runs())[0]?.status === 'running')
      const [own] = await batches.runs()
      if (own?.kind !== 'worker') throw new Error('There is no worker.')
      const { typed } = await batches.runToGate('gated')
      await until(async () => (await batches.slices(claimed)).workers === 2)
      worker.process.kill('SIGTERM')
      await until(async () => (await batches.show(own.run)).status === 'cancelling')
      await until(() => batches.isTold(own))
      const before = await batches.slicesOf(own)
      await gate[Symbol.asyncDispose]()
      expect((await worker.finished).code).toBe(0)
      expect(await batches.slicesOf(own)).toBe(before + 1)
      expect((await typed.finished).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
    })

    it('that are killed take nothing with them', async () => {
      const batches = opened()
      await using gate = await batches.closeGate()
      const { typed, run: found } = await batches.runToGate('gated', '--workers', '2')
      await until(async () => (await batches.slices(claimed)).workers === 2)
      const [worker] = await batches.workersOf(found)
      if (worker === undefined) throw new Error('There is no worker.')
      await batches.kill(worker)
      await until(async () => (await batches.show(worker.run)).status === 'failed')
      expect((await batches.purser('logs', worker.run)).stderr).not.toContain('node:internal')
      await gate[Symbol.asyncDispose]()
      expect((await typed.finished).code).toBe(0)
      expect(await batches.applied()).toEqual(everyRowOnce)
    })
  })

  describe(`rows that can’t be done, ${title}`, () => {
    it('are buried one by one, and are done once when they are replayed', async () => {
      const batches = opened()
      const bad = [77, 1_234]
      await batches.poison(...bad)
      const { code, stdout } = await batches.run('poisoned')
      expect([code, stdout]).toEqual([0, expect.stringContaining('2 rows are buried.')])
      const { run: id } = await batches.show()
      const listed = await batches.purser('buried', id)
      expect(listed.stdout).toMatch(/77 +row 77 is poison +tried 2 times\n +1234 +row 1234 is poison/)
      const { stdout: json } = await batches.purser('buried', id, '--json')
      expect(JSON.parse(json)).toMatchObject({
        run: id,
        buried: bad.map((key) => ({ key: [String(key)], tries: 2, error: `row ${key} is poison` })),
      })
      expect(await batches.applied()).toEqual({ 0: bad.length, 1: rowCount - bad.length })

      await batches.execute('truncate poison')
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

    it('are buried also where the handler ends its process', async () => {
      const batches = opened()
      await batches.fill(20)
      await batches.poison(7)
      expect((await batches.run('exiting')).code).toBe(0)
      const { stdout } = await batches.purser('buried', 'last')
      expect(stdout).toMatch(/^ +7 .*its worker ended over it.* tried 1 time\s*$/)
      expect(await batches.applied()).toEqual({ 0: 1, 1: 19 })
    })
  })

  it(`batches leave an unbroken ledger, ${title}`, async () => {
    expect((await opened().purser('ledger', 'verify')).code).toBe(0)
  })
}
