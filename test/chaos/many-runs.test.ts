import { expect, it } from 'vitest'
import { purser, purserJson } from '../support/cli.ts'
import { makeProject } from '../support/project.ts'

const runs = 200

it(`${runs} runs started at the same moment keep one unbroken chain, and each its own output`, async () => {
  await using project = makeProject()
  await project.startApp()
  const numbers = Array.from({ length: runs }, (_, number) => number)
  const ends = await Promise.all(
    numbers.map((number) => purser(project.folder, ['run', '-e', 'local', '--', 'echo', `number ${number}`])),
  )
  expect(ends.map(({ code }) => code)).toEqual(numbers.map(() => 0))
  expect(ends.map(({ stdout }) => stdout)).toEqual(numbers.map((number) => `number ${number}\n`))
  const verified = await purserJson<object>(project.folder, ['ledger', 'verify'])
  expect(verified).toMatchObject({ ok: true, runs, events: 4 * runs })
})

it('of an exclusive task, one of many started at the same moment works at a time', async () => {
  await using project = makeProject()
  project.write(
    'tasks/alone.js',
    `import { defineCommand } from 'purser'
export default defineCommand({ name: 'alone', summary: 'Wants to be alone.', exclusive: true,
  command: ['sh', '-c', 'mkdir busy || exit 9; sleep 0.2; rmdir busy'] })`,
  )
  await project.startApp()
  const ends = await Promise.all(
    Array.from({ length: 20 }, () => purser(project.folder, ['run', 'alone', '-e', 'local'])),
  )
  const codes = ends.map(({ code }) => code)
  expect(codes).toContain(0)
  expect(codes.filter((code) => code !== 0 && code !== 81)).toEqual([])
})
