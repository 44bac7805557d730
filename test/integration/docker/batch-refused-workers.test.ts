import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { BatchApp } from '../../support/batches/docker.ts'
import { rowCount } from '../../support/batches/tasks.ts'
import { dockerHost } from '../../support/docker/docker.ts'
import { dockerVariables } from '../../support/docker/docker-command.ts'
import { until } from '../../support/until.ts'

/** The app is changed by hand after the batch's lead has begun, and before its workers are started. */
const changing = (app: string) => `
import { execFileSync } from 'node:child_process'
let read = 0
function changing(wiring) {
  return { ...wiring, async open(place) {
    const executor = await wiring.open(place)
    const release = executor.release.bind(executor)
    executor.release = async (...options) => {
      read += 1
      if (read === 2)
        execFileSync('docker', ['exec', '${app}', 'sh', '-c', 'echo 1f4a9b > REVISION'], { env: ${JSON.stringify(dockerVariables(dockerHost()))} })
      return release(...options)
    }
    return executor
  } }
}
`

it('workers that are not as the app is are told, and the batch waits for others', async () => {
  await using batches = await BatchApp.start()
  await batches.fill()
  const config = readFileSync(path.join(batches.project.folder, 'purser.config.ts'), 'utf8')
  const wrapped = config.replace('docker({', 'changing(docker({').replace('})', '}))')
  batches.project.write('purser.config.ts', `${wrapped}${changing(batches.app.id)}`)

  const typed = batches.typeRun('count', '--workers', '1')
  const lead = async () => (await batches.runs()).find(({ kind }) => kind === 'batch')
  const label = async () => (await batches.show((await lead())?.run)).progress?.label
  await until(async () => (await label())?.includes('waiting: no worker takes up') === true)
  expect(await batches.applied()).toEqual({ 0: rowCount })

  await batches.app.exec('rm', 'REVISION')
  const worker = batches.typeWorker()
  const { code, stderr } = await typed.finished
  worker.process.kill('SIGTERM')
  expect((await worker.finished).code).toBe(0)
  expect(code).toBe(0)
  expect(stderr).toContain('PARITY_DIFFERS')
  expect(stderr).toContain("None of the batch's workers may begin")
  expect(stderr).not.toContain('worker started')
  expect(await batches.applied()).toEqual({ 1: rowCount })
}, 300_000)
