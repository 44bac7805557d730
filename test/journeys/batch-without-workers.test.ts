import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { BatchProject } from '../support/batches/local.ts'
import { rowCount } from '../support/batches/tasks.ts'
import { until } from '../support/until.ts'

/** A machine that has room for one twin of each command that is typed. */
const crowded = `
let asked = 0
function crowded(wiring) {
  return { ...wiring, async open(place) {
    const executor = await wiring.open(place)
    const refusal = { code: 'NO_ROOM', message: 'The machine is full.', remedy: 'Make room.' }
    executor.room = async () => (++asked > 1 ? refusal : undefined)
    return executor
  } }
}
`

it('a batch all of whose workers are refused says so, and goes on once there are some', async () => {
  await using batches = await BatchProject.start()
  await batches.fill()
  const config = readFileSync(path.join(batches.project.folder, 'purser.config.ts'), 'utf8')
  batches.project.write(
    'purser.config.ts',
    `${config.replace('local({', 'crowded(local({').replace('})', '}))')}${crowded}`,
  )

  const typed = batches.typeRun('count', '--workers', '2')
  const lead = async () => (await batches.runs()).find(({ kind }) => kind === 'batch')
  await until(async () => (await lead())?.status === 'running')
  const { run } = await batches.show((await lead())?.run)
  const label = async () => (await batches.show(run)).progress?.label
  await until(async () => (await label())?.includes('waiting: no worker takes up its slices') === true)
  expect(await batches.applied()).toEqual({ 0: rowCount })

  const worker = batches.typeWorker()
  const { code, stderr } = await typed.finished
  worker.process.kill('SIGTERM')
  expect((await worker.finished).code).toBe(0)
  expect(code).toBe(0)
  expect(stderr.match(/refused/g)).toHaveLength(2)
  expect(stderr).toContain("None of the batch's workers may begin")
  expect(stderr).not.toContain('workers started')
  expect(await batches.applied()).toEqual({ 1: rowCount })
  expect(await label()).toBe('rows')
})

/** An app whose pid file is gone once the lead was started from it. */
const leaving = `
import { rmSync } from 'node:fs'
let asked = 0
function leaving(wiring) {
  return { ...wiring, async open(place) {
    const executor = await wiring.open(place)
    const release = executor.release.bind(executor)
    executor.release = async (signal) => {
      if (++asked > 1) rmSync('app.pid', { force: true })
      return release(signal)
    }
    return executor
  } }
}
`

it('a worker that can not even be started keeps nobody from following its batch', async () => {
  await using batches = await BatchProject.start()
  await batches.fill()
  const { folder } = batches.project
  const [config, pid] = ['purser.config.ts', 'app.pid'].map((file) =>
    readFileSync(path.join(folder, file), 'utf8'),
  )
  const changed = config?.replace('local({', 'leaving(local({').replace('})', '}))')
  batches.project.write('purser.config.ts', `${changed}${leaving}`)

  const typed = batches.typeRun('count', '--workers', '2')
  const lead = async () => (await batches.runs()).find(({ kind }) => kind === 'batch')
  await until(async () => (await lead())?.status === 'running')
  const { run } = await batches.show((await lead())?.run)
  const label = async () => (await batches.show(run)).progress?.label
  await until(async () => (await label())?.includes('waiting: no worker takes up its slices') === true)

  batches.project.write('purser.config.ts', String(config))
  writeFileSync(path.join(folder, 'app.pid'), String(pid))
  const worker = batches.typeWorker()
  const { code, stdout, stderr } = await typed.finished
  worker.process.kill('SIGTERM')
  await worker.finished
  expect(code).toBe(0)
  expect(stderr.match(/APP_NOT_RUNNING/g)).toHaveLength(2)
  expect(stderr).toContain("None of the batch's workers may begin")
  expect(stdout).toContain('done')
  expect(await batches.applied()).toEqual({ 1: rowCount })
})
