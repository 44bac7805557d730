import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { JsonObject } from '../core/json.ts'
import { loadTask } from '../tasks/discovery.ts'
import { validate } from '../tasks/parameters/problems.ts'
import { brand } from '../tasks/task.ts'
import { paramsOf } from './answer.ts'
import { becomeCommand } from './become-command.ts'
import { migrationCommand } from './migration-command.ts'
import { reporter } from './reporter.ts'

/** What one attempt is to do. */
interface Assignment {
  readonly run: string
  readonly attempt: string
  readonly file: string
  readonly parameters: JsonObject
  readonly databaseVariable?: string
}

const channelFd = 3

/** Carries out the assignment that comes over the channel (file descriptor 3). The process ends with the task. */
export async function work(): Promise<void> {
  const channel = new Socket({ fd: channelFd })
  const assignment = await readAssignment(channel)
  const task = await loadTask(process.cwd(), assignment.file)
  const checked = await validate(paramsOf(task), assignment.parameters)
  if ('problems' in checked) {
    throw new TypeError(
      `The parameters are not valid: ${checked.problems.map(({ message }) => message).join('; ')}`,
    )
  }
  if (task[brand] === 'script') {
    const stopping = new AbortController()
    process.once('SIGTERM', () => stopping.abort())
    const report = reporter(channel)
    const { run, attempt } = assignment
    await task.run({
      params: checked.value,
      run,
      attempt,
      signal: stopping.signal,
      progress: report.progress,
    })
    report.end()
    // The script is over when `run` returns, whatever it left open (a pool, a timer).
    process.exit()
  }
  channel.destroy()
  if (task[brand] === 'migration') return becomeCommand(migrationCommand(task, assignment.databaseVariable))
  return becomeCommand(typeof task.command === 'function' ? task.command(checked.value) : task.command)
}

async function readAssignment(channel: Socket): Promise<Assignment> {
  const lines = createInterface({ input: channel })
  for await (const line of lines) return JSON.parse(line)
  throw new TypeError('The channel closed before it said what to do.')
}
