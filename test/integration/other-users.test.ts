import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Finished, purser, purserProgram, typePurser } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const become = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', process.execPath]

function asNobody({ folder }: Project, ...words: readonly string[]): Promise<Omit<Finished, 'signal'>> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: '/nonexistent' } }
  return new Promise((resolve) => {
    const args = [...become, purserProgram, ...words]
    const child = execFile('setpriv', args, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

describe.runIf(process.getuid?.() === 0)('on a machine of several users', () => {
  it("a run of root's is shown to others, and not stopped by them", async () => {
    await using project = makeProject()
    chmodSync(project.folder, 0o755)
    await project.startApp()
    const typed = typePurser(project.folder, ['run', '-e', 'local', '--', 'sh', '-c', 'echo up; sleep 60'])
    await typed.printed('up')
    const state = path.join(project.folder, '.purser')
    chmodSync(state, 0o755)
    chmodSync(path.join(state, 'ledger.sqlite'), 0o644)

    const shown = await asNobody(project, 'show', 'last')
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/starting|running/)])
    const hidden = await asNobody(project, 'cancel', 'last')
    expect([hidden.code, hidden.stderr]).toEqual([80, expect.stringContaining("is another user's")])

    const { stdout } = await purser(project.folder, ['runs', '--json'])
    const [{ run }] = JSON.parse(stdout)
    for (const part of ['', `${run}.1`, `${run}.1/holder-1.json`, `${run}.1/look.json`])
      chmodSync(path.join(state, 'attempts', part), 0o755)
    const refused = await asNobody(project, 'cancel', 'last')
    expect([refused.code, refused.stderr]).toEqual([80, expect.stringContaining('belongs to another user')])

    expect((await purser(project.folder, ['cancel', 'last'])).code).toBe(0)
    expect((await typed.finished).code).toBe(85)
  })

  it('the tasks are listed where nothing may be kept', async () => {
    await using project = makeProject()
    chmodSync(project.folder, 0o777)
    project.write(
      'tasks/known.js',
      "import { defineCommand } from 'purser'\nexport default defineCommand({ name: 'known', summary: 'Is listed.', command: ['true'] })",
    )
    mkdirSync(path.join(project.folder, '.purser'), { mode: 0o755 })
    await project.startApp({}, ['setpriv', ...become])
    const { code, stdout } = await asNobody(project, 'tasks', '-e', 'local')
    expect([code, stdout]).toEqual([0, expect.stringContaining('known')])
    const run = await asNobody(project, 'run', 'known', '-e', 'local')
    expect([run.code, run.stderr]).toEqual([80, expect.stringContaining('LEDGER_UNWRITABLE')])
  })
})
