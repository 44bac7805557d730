import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProcesses, signal } from '../chaos/batches/processes.ts'
import { BatchProject } from '../support/batches/local.ts'
import { gateAfter, rowCount } from '../support/batches/tasks.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

let batches: BatchProject
beforeAll(async () => {
  batches = await BatchProject.start()
})
beforeEach(() => batches.fill())
afterAll(() => batches[Symbol.asyncDispose]())

const once = { 1: rowCount }
const untilGate = { 0: rowCount - gateAfter, 1: gateAfter }
const taskFile = (name: string) => path.join(batches.project.folder, `tasks/${name}.js`)

describe('workers whose task file was changed since their batch began', () => {
  it('refuse it: the run ends, no row is touched, and a replay goes on once the file is back', async () => {
    await using gate = await batches.closeGate()
    const {
      typed,
      run: { run },
    } = await batches.runToGate('gated')
    const file = taskFile('gated')
    const asItWas = readFileSync(file)
    writeFileSync(file, String(asItWas).replace('applied + 1', 'applied + 2'))
    const workers = findProcesses(batches.project.folder).filter(({ role }) => role === 'worker')
    expect(workers).toHaveLength(1)
    for (const { pid } of workers) signal(pid, 'SIGKILL')

    // workers that took it would wait at the gate
    await until(async () => typed.process.exitCode !== null)
    const { code, stderr } = await typed.finished
    expect([code, stderr]).toEqual([80, expect.stringContaining('BATCH_WORKERS_USELESS')])
    expect(stderr.split('tasks/gated.js was changed since the batch began')).toHaveLength(1 + 5)
    expect(await batches.show(run)).toMatchObject({ status: 'failed', exitCode: 80, exitCodeFrom: 'purser' })
    await gate[Symbol.asyncDispose]()
    expect(await batches.applied()).toEqual(untilGate)
    // that of the worker that was killed, and none for those that refused
    expect(await batches.query('select sum(tries)::int as tries from purser.slices')).toEqual([{ tries: 1 }])

    writeFileSync(file, asItWas)
    const resumed = await batches.purser('resume', run)
    expect([resumed.code, resumed.stderr]).toEqual([80, expect.stringContaining(`purser replay ${run}`)])
    const replayed = await batches.purser('replay', run)
    expect([replayed.code, replayed.stderr]).toEqual([0, expect.stringContaining('0 rows put back')])
    expect(await batches.applied()).toEqual(once)
    expect(await batches.show()).toMatchObject({ status: 'succeeded', batch: run })
  })
})

describe('a lead that ends with exit code 0 before its last word', () => {
  it('leaves its run paused, and what is left is done when that is resumed', async () => {
    using elsewhere = temporaryFolder()
    const leave = path.join(elsewhere.folder, 'leave')
    // a signal's function is the task's own code in the lead
    const leaving = `throttle: [{ name: 'patience', unit: '', max: 1, async read() {
    if (existsSync('${leave}')) process.exit(0)
    return 0
  } }], limits:`
    const source = readFileSync(taskFile('gated'), 'utf8').replace("'gated'", "'leaving'")
    const imports = "import { existsSync } from 'node:fs'\n"
    batches.project.write('tasks/leaving.js', imports + source.replace('limits:', leaving))

    await using gate = await batches.closeGate()
    const {
      typed,
      run: { run },
    } = await batches.runToGate('leaving')
    writeFileSync(leave, '')
    const { code, stderr } = await typed.finished
    expect([code, stderr]).toEqual([86, expect.stringContaining('ended before it was known to be over')])
    expect(await batches.show(run)).toMatchObject({ status: 'paused', exitCode: 86, exitCodeFrom: 'purser' })
    expect(await batches.applied()).toEqual(untilGate)

    rmSync(leave)
    await gate[Symbol.asyncDispose]()
    expect((await batches.purser('resume', run)).code).toBe(0)
    expect(await batches.applied()).toEqual(once)
    expect(await batches.show(run)).toMatchObject({ status: 'succeeded' })
  })
})
