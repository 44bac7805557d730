import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { LocalExecutor } from '../../src/executors/local/local-executor.ts'
import { isGone } from '../support/processes.ts'
import { makeProject } from '../support/project.ts'
import { describeExecutor } from './executor.ts'

describeExecutor('the local executor', async () => {
  const project = makeProject()
  const variable = { name: 'COLOUR', value: 'teal "and" $more\nlines' }
  await project.startApp({ [variable.name]: variable.value })
  const place = { root: project.folder, state: path.join(project.folder, '.purser') }
  return {
    variable,
    open: async () => new LocalExecutor({ pidFile: 'app.pid' }, place),
    writeTask: project.write,
    countProcesses: (text) =>
      readdirSync('/proc').filter((name) => /^\d+$/.test(name) && hasArgument(Number(name), text)).length,
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  }
})

function hasArgument(pid: number, text: string): boolean {
  try {
    return !isGone(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(text)
  } catch {
    return false
  }
}
