import type { Refusal } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { looksSecret } from '../core/redaction/secrets.ts'
import { count } from '../core/text.ts'
import type { Release } from '../environment/release.ts'
import type { Executor } from '../executors/executor.ts'
import { describeProblem, type ParameterProblem, unknownParameters } from '../tasks/parameters/problems.ts'
import type { TaskEntry } from '../tasks/task.ts'

/** Checks parameters with the task's own validator, in its release. All that is wrong comes in one refusal. */
export async function checkParameters(
  executor: Executor,
  release: Release,
  task: TaskEntry,
  parameters: JsonObject,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const unknown = unknownParameters(parameters, task.parameters)
  const known = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !unknown.some(({ path }) => path === name)),
  )
  const invalid = await askValidator(executor, release, task, known, signal)
  const lines = [
    ...invalid.map((problem) =>
      describeProblem(problem, parameters, task.parameters, (name) => isSecret(task, name)),
    ),
    ...unknown.map(({ message }) => message),
  ]
  if (lines.length === 0) return undefined
  return {
    code: 'PARAMETERS_INVALID',
    message: `${count(lines.length, 'parameter')} of task "${task.name}" can't be used:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    remedy: 'Correct all of them; `purser tasks` shows what the task takes. Nothing was started.',
  }
}

export function isSecret(task: TaskEntry, parameter: string): boolean {
  return looksSecret(parameter) || task.secrets.includes(parameter)
}

async function askValidator(
  executor: Executor,
  release: Release,
  { file, parameters: schema }: TaskEntry,
  parameters: JsonObject,
  signal: AbortSignal,
): Promise<readonly ParameterProblem[]> {
  if (schema === undefined) return [] // the task takes none
  for await (const answer of executor.ask(release, { ask: 'check-parameters', file, parameters }, signal)) {
    return (answer as { problems?: readonly ParameterProblem[] }).problems ?? []
  }
  throw new TypeError('The release side gave no answer.')
}
