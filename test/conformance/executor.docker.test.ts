import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DockerExecutor } from '../../src/executors/docker/docker-executor.ts'
import { runContainer } from '../support/docker/container.ts'
import { dockerHost } from '../support/docker/docker.ts'
import { images } from '../support/docker/image-names.ts'
import { countProcesses } from '../support/processes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { describeExecutor } from './executor.ts'

describeExecutor('the docker executor', async () => {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const tasks = path.join(folder, 'tasks')
  mkdirSync(tasks)
  const variable = { name: 'COLOUR', value: 'teal "and" $more\nlines' }
  // With an init: process 1 of a container is spared by signals that it sends to itself.
  const app = await runContainer([
    ...['--init', '--env', `${variable.name}=${variable.value}`, '--volume', `${tasks}:/app/tasks`],
    images.node,
  ])
  await app.printed('The app serves')
  const place = { root: folder, state: path.join(folder, '.purser') }
  return {
    variable,
    open: () => DockerExecutor.open({ name: app.name, host: dockerHost(), helper: images.helper }, place),
    writeTask: (file, source) => writeFileSync(path.join(folder, file), source),
    countProcesses,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
})
