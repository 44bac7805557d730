import { PurserError, type Refusal } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { type Secret, secretsOf } from '../../core/redaction/secrets.ts'
import { list } from '../../core/text.ts'
import type { Release } from '../../environment/release.ts'
import type { Work } from '../../executors/executor.ts'
import { typedParameters } from '../../tasks/parameters/typed.ts'
import type { Argv, TaskEntry } from '../../tasks/task.ts'
import type { OutputMode } from '../../tasks/task-options.ts'
import type { Context, Target } from '../context.ts'
import { declaredDifferences } from '../parity/declared.ts'
import { environmentSecrets } from '../releases/environment-secrets.ts'
import { readManifest, taskFolders } from '../releases/read-manifest.ts'
import { checkParameters } from './check-parameters.ts'
import { databaseVariable, databaseVariables } from './database-variables.ts'
import { refuseGlass } from './glass.ts'
import { planBatch, planWorker, queueSecrets, refuseBatchWords } from './plan-batch.ts'
import { resolveTask } from './resolve-task.ts'
import { secretParameters } from './secret-parameters.ts'
import { ignoredVariables } from './shell-variables.ts'
import type { Wish, WishedTask, WishedWorker } from './wish.ts'

/** What is going to be done, and what must not be seen of it. */
export interface Plan {
  readonly task: TaskEntry | undefined
  readonly work: Work
  readonly parameters: JsonObject
  readonly secrets: readonly Secret[]
  readonly output: OutputMode
  readonly graceMs: number
  readonly timeoutMs?: number
  readonly notices: readonly string[]
  /** In what it may differ from the app, and why. */
  readonly differs: ReadonlyMap<string, string>
  /** An image that takes the place of the one that serves. */
  readonly candidate: string | undefined
  /** Variables in the place of the app's, where production is held for it. */
  readonly held?: Readonly<Record<string, string>> | undefined
  /** Why it will not be done after all. */
  readonly refusal?: Refusal
}

const adHocGraceMs = 10_000

/**
 * Resolves the task and its parameters against the release that was read. Parameters that can't be used are the plan's
 * refusal. Throws `TASK_UNKNOWN`, `TASK_BROKEN`, `TASK_NO_MIGRATION`, `SERVICE_UNKNOWN`, `CONFIG_INVALID`, `RELEASE_SIDE_FAILED`.
 */
export async function planRun(context: Context, target: Target, release: Release, wish: Wish): Promise<Plan> {
  const { what, timeoutMs } = wish
  const variables = await target.executor.variables(release)
  const secrets = environmentSecrets(variables, target.settings)
  const ignored = ignoredVariables(context.shell, variables, databaseVariables(target))
  const notices = [
    ...release.notices,
    ...(ignored === undefined ? [] : [ignored]),
    ...uncompared(target, wish),
  ]
  const plan = await planWork(context, target, release, what, [...secrets, ...queueSecrets(target)])
  refuseGlass(wish, plan.task)
  const ofTask = plan.task?.differs ?? (await differsOfBatch(context, target, release, what))
  const differs = declaredDifferences(target.settings, ofTask, wish.differs)
  const { candidate } = wish
  return { ...plan, notices, differs, candidate, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
}

/** What the task of a worker's batch means to differ in. */
async function differsOfBatch(
  context: Context,
  target: Target,
  release: Release,
  what: Wish['what'],
): Promise<TaskEntry['differs']> {
  if (!('worker' in what) || what.worker.task === undefined) return undefined
  return resolveTask(await readManifest(context, target, release), what.worker.task).differs
}

/** What was declared for this run, and no comparison asks for. */
function uncompared({ executor, service }: Target, { differs }: Wish): string[] {
  const kinds = Object.keys(differs)
  if (executor.observes || kinds.length === 0) return []
  return [
    `Service "${service}" is not compared with its runs, so that declaring ${list(kinds)} had no effect.`,
  ]
}

function planWork(
  context: Context,
  target: Target,
  release: Release,
  what: Wish['what'],
  secrets: readonly Secret[],
): PlanOfWork | Promise<PlanOfWork> {
  if ('argv' in what) return planCommand(what.argv, secrets)
  if ('worker' in what) return planWorkerRun(context, target, what, secrets)
  return planTask(context, target, release, what, secrets)
}

type PlanOfWork = Omit<Plan, 'notices' | 'differs' | 'candidate'>

function planCommand(argv: Argv, secrets: readonly Secret[]): PlanOfWork {
  const typed = secretsOf(new Map(argv.map((word, at) => [`argument ${at}`, word])), [])
  return {
    task: undefined,
    work: { kind: 'command', argv },
    parameters: {},
    secrets: [...secrets, ...typed],
    output: 'split',
    graceMs: adHocGraceMs,
  }
}

// A slice at work is finished before a worker ends.
const workerGraceMs = 60_000

function planWorkerRun(
  context: Context,
  target: Target,
  { worker }: WishedWorker,
  secrets: readonly Secret[],
): PlanOfWork {
  return {
    task: undefined,
    work: planWorker(target, taskFolders(context), worker.batch),
    parameters: {},
    secrets,
    output: 'split',
    graceMs: workerGraceMs,
  }
}

async function planTask(
  context: Context,
  target: Target,
  release: Release,
  { task: name, words, parameters: given, batch }: WishedTask,
  ofApp: readonly Secret[],
): Promise<PlanOfWork> {
  const task = resolveTask(await readManifest(context, target, release), name)
  checkService(task, target)
  const parameters = { ...given, ...typedParameters(words, task.parameters) }
  const secrets = [...ofApp, ...secretParameters(task, parameters)]
  const inquiry = { target, release, signal: context.signal, secrets }
  const refusal = await checkParameters(inquiry, task, parameters)
  if (task.kind !== 'batch' && batch !== undefined) throw refuseBatchWords(task)
  const order =
    task.kind === 'batch'
      ? { batch: planBatch(target, task, parameters, ofApp, { ...batch, folders: taskFolders(context) }) }
      : {}
  const { file, output, graceMs, timeoutMs } = task
  return {
    task,
    work: { kind: 'task', file, parameters, ...databaseVariable(task, target), ...order },
    parameters,
    secrets,
    output,
    graceMs,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(refusal === undefined ? {} : { refusal }),
  }
}

function checkService({ name, service }: TaskEntry, target: Target): void {
  if (service === undefined || service === target.service) return
  throw new PurserError('SERVICE_UNKNOWN', {
    message: `Task "${name}" belongs to the service "${service}", and the run is for "${target.service}".`,
    remedy: `Run it with \`--service ${service}\`.`,
  })
}
