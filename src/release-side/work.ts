import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { PurserError } from '../core/errors.ts'
import type { Assignment } from '../executors/executor.ts'
import { loadTask } from '../tasks/discovery.ts'
import { validate } from '../tasks/parameters/validate.ts'
import { type BatchTask, brand, paramsOf, type Task } from '../tasks/task.ts'
import type { Backends } from './batch/backends.ts'
import { becomeCommand } from './become-command.ts'
import { endProcess } from './end-process.ts'
import { downCommand, upCommand } from './migration-command.ts'
import { behindMark, overChannel, reporter } from './reporter.ts'

const channelFd = 3

type TaskAssignment = Extract<Assignment, { kind: 'task' }>

/** Carries out the assignment that comes over the channel (file descriptor 3). The process ends with the task. */
export async function work(backends: Backends): Promise<void> {
  const channel = new Socket({ fd: channelFd })
  const assignment = await readAssignment(channel)
  if (assignment.kind === 'worker') return workAsWorker(backends, assignment, channel)
  const task = await loadTask(process.cwd(), assignment.file)
  const checked = await validate(paramsOf(task), assignment.parameters)
  if ('problems' in checked) {
    throw new TypeError(
      `The parameters are not valid: ${checked.problems.map(({ message }) => message).join('; ')}`,
    )
  }
  if (task[brand] === 'script') return runScript(task, assignment, checked.value, channel)
  if (task[brand] === 'batch') return leadBatch(backends, task, assignment, checked.value, channel)
  channel.destroy()
  if (task[brand] === 'migration') return migrate(task, assignment)
  return becomeCommand(typeof task.command === 'function' ? task.command(checked.value) : task.command)
}

function migrate(
  task: Extract<Task, { readonly [brand]: 'migration' }>,
  { databaseVariable, isUndo }: TaskAssignment,
): Promise<never> {
  const command = isUndo ? downCommand(task, { databaseVariable }) : upCommand(task, { databaseVariable })
  if (command === undefined) throw new TypeError('The migration has no way back.')
  return becomeCommand(command.argv, command.variables)
}

async function runScript(
  task: Extract<Task, { readonly [brand]: 'script' }>,
  { run, attempt, mark }: TaskAssignment,
  params: unknown,
  channel: Socket,
): Promise<never> {
  const stopping = new AbortController()
  process.once('SIGTERM', () => stopping.abort())
  const report = reporter(mark === undefined ? overChannel(channel) : behindMark(mark))
  if (mark !== undefined) channel.destroy()
  await task.run({ params, run, attempt, signal: stopping.signal, progress: report.progress })
  await report.end()
  // The script is over when `run` returns, whatever it left open (a pool, a timer).
  return endProcess()
}

async function leadBatch(
  backends: Backends,
  task: BatchTask,
  assignment: TaskAssignment,
  params: unknown,
  channel: Socket,
): Promise<never> {
  const { mark, batch } = assignment
  if (batch === undefined) throw new TypeError('A batch was assigned without its database.')
  const { leadAttempt } = await import('./batch/lead-attempt.ts')
  const report = reporter(mark === undefined ? overChannel(channel) : behindMark(mark))
  if (mark !== undefined) channel.destroy()
  const lead = leadAttempt(backends, { ...assignment, batch }, task, params, report.send)
  const code = await lead.catch(failWith)
  await report.end()
  // not before its last word has left
  await new Promise<void>((resolve) => (mark === undefined ? channel.end(resolve) : resolve()))
  return endProcess(code)
}

/** What is no mistake of ours is told as everywhere: without a stack. */
function failWith(error: unknown): number {
  if (!(error instanceof PurserError)) throw error
  console.error(`${error.message}\n  → ${error.remedy}  ${error.code}`)
  return error.exitCode
}

async function workAsWorker(
  backends: Backends,
  assignment: Extract<Assignment, { kind: 'worker' }>,
  channel: Socket,
): Promise<never> {
  channel.destroy()
  const { workerAttempt } = await import('./batch/worker-attempt.ts')
  return endProcess(await workerAttempt(backends, assignment).catch(failWith))
}

async function readAssignment(channel: Socket): Promise<Assignment> {
  const lines = createInterface({ input: channel })
  for await (const line of lines) return JSON.parse(line)
  throw new TypeError('The channel closed before it said what to do.')
}
