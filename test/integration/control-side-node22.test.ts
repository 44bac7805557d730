import path from 'node:path'
import { expect, it } from 'vitest'
import { openShop } from '../journeys/rehearsal/shop.ts'
import { purser } from '../support/cli.ts'
import { packageRoot } from '../support/package-root.ts'
import { makeProject } from '../support/project.ts'

const node = path.join(packageRoot, 'test/node22/node_modules/.bin/node')

it('every command works, and quietly, on the oldest Node that the control side supports', async () => {
  await using project = makeProject()
  project.write(
    'tasks/greet.ts',
    `import { defineScript } from 'purser'
export default defineScript({ name: 'greet', summary: 'Greets.', run: (): void => console.log('Hello from ' + process.versions.node) })`,
  )
  await project.startApp({}, [node])
  const type = (...args: string[]) => purser(project.folder, args, { node })
  const greeted = await type('run', 'greet', '-e', 'local')
  expect([greeted.code, greeted.stdout]).toEqual([0, 'Hello from 22.18.0\n'])
  const commands = [
    ['check'],
    ['tasks', '-e', 'local'],
    ['runs'],
    ['show', 'last'],
    ['logs', 'last'],
    ['ledger', 'verify'],
  ]
  for (const command of commands) expect(await type(...command)).toMatchObject({ code: 0, stderr: '' })
  const detached = await type('run', '-e', 'local', '--detach', '--', 'sleep', '60')
  expect(detached.stderr).not.toContain('Warning')
  expect((await type('cancel', 'last')).stderr).toContain('cancelled')
})

it('a migration is rehearsed and applied there too', async () => {
  await using shop = await openShop({ rehearsal: `{ off: ['dying', 'undo', 'crowd'] }` })
  const type = (...args: string[]) => purser(shop.project.folder, args, { node })
  shop.migration('20260101000000_note', 'create table notes (id int primary key)')
  expect(await type('rehearse', 'migrate', '-e', 'production')).toMatchObject({ code: 0 })
  const ended = await type('run', 'migrate', '-e', 'production')
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('✔ succeeded')])
  expect(await shop.query('select count(*)::int as n from notes')).toEqual([{ n: 0 }])
})
