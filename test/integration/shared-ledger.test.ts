import { expect, it } from 'vitest'
import { purser, purserJson } from '../support/cli.ts'
import { makeProject } from '../support/project.ts'

it('a ledger that two environments name in two ways is one', async () => {
  await using project = makeProject()
  project.write(
    'purser.config.ts',
    `import { defineConfig } from 'purser'
import { local, sqlite } from 'purser/presets'
const services = { web: { executor: local({ pidFile: 'app.pid' }) } }
const ledger = sqlite({ file: './.purser/ledger.sqlite' })
export default defineConfig({ environments: { one: { services }, other: { services, ledger } } })`,
  )
  await project.startApp()
  expect((await purser(project.folder, ['run', '-e', 'one', '--', 'true'])).code).toBe(0)
  const runs = await purserJson<{ run: string }[]>(project.folder, ['runs'])
  expect(runs).toHaveLength(1)
  expect((await purser(project.folder, ['show', String(runs[0]?.run.slice(0, 6))])).code).toBe(0)
})
