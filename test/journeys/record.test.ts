import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { purser, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const removeAttempts = ({ folder }: Project) =>
  rmSync(path.join(folder, '.purser/attempts'), { recursive: true })

it('a record that vanishes while it is followed is said, and is no success', async () => {
  await using project = makeProject()
  await project.startApp()
  const typed = typePurser(project.folder, [
    'run',
    '-e',
    'local',
    '--',
    'sh',
    '-c',
    'echo up; sleep 2; echo down',
  ])
  await typed.printed('up')
  removeAttempts(project)
  const { code, stderr } = await typed.finished
  expect(stderr).not.toContain('report it')
  expect(code).not.toBe(0)
})

it('output that was removed is missed aloud', async () => {
  await using project = makeProject()
  await project.startApp()
  await purser(project.folder, ['run', '-e', 'local', '--', 'echo', 'kept'])
  removeAttempts(project)
  const { stdout, stderr } = await purser(project.folder, ['logs', 'last'])
  expect([stdout, stderr]).toEqual(['', expect.stringContaining('is gone')])
})

it('a detached run is on record as running when its command returns', async () => {
  await using project = makeProject()
  await project.startApp()
  await purser(project.folder, ['run', '-e', 'local', '--detach', '--', 'sleep', '60'])
  // Exporting brings nothing up to date: this is what the command itself recorded.
  const { stdout } = await purser(project.folder, ['ledger', 'export'])
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).kind)
  expect(kinds).toEqual(['requested', 'starting', 'running'])
  await purser(project.folder, ['cancel', 'last'])
})

it('a long label is redacted before it is cut', async () => {
  await using project = makeProject()
  project.write(
    'tasks/labels.js',
    `import { defineScript } from 'purser'
export default defineScript({ name: 'labels', summary: 'Labels.',
  run: ({ progress }) => progress(1, 2, 'x'.repeat(85) + process.env.API_TOKEN) })`,
  )
  await project.startApp({ API_TOKEN: 'abcdefghij-klmnopqrst-uvwxyz' })
  const { stdout } = await purser(project.folder, ['run', 'labels', '-e', 'local', '--json'])
  expect(stdout).toContain('xxx[redacted')
  expect(stdout).not.toContain('abcdefghij')
})
