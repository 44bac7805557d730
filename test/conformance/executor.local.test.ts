import path from 'node:path'
import { LocalExecutor } from '../../src/executors/local/local-executor.ts'
import { countProcesses } from '../support/processes.ts'
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
    countProcesses,
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  }
})
