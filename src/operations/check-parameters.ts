import type { Refusal } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { createRedactor } from '../core/redaction/redactor.ts'
import type { Secret } from '../core/redaction/secret.ts'
import { count } from '../core/text.ts'
import type { Release } from '../environment/release.ts'
import { describeProblem, type ParameterProblem, unknownParameters } from '../tasks/parameters/problems.ts'
import type { TaskEntry } from '../tasks/task.ts'
import { askRelease } from './ask-release.ts'
import type { Target } from './context.ts'
import { isSecret, withoutSecrets } from './secret-parameters.ts'

/** Checks parameters with the task's own validator, in its release. All that is wrong comes in one refusal. */
export async function checkParameters(
  target: Target,
  release: Release,
  task: TaskEntry,
  parameters: JsonObject,
  secrets: readonly Secret[],
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const unknown = unknownParameters(parameters, task.parameters)
  const known = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !unknown.some(({ path }) => path === name)),
  )
  const invalid = await askValidator(target, release, task, known, secrets, signal)
  // redacted before it is shortened, or a part of a secret would be left
  const shown = createRedactor(secrets).json(withoutSecrets(task, known)) as JsonObject
  const lines = [
    ...invalid.map((problem) =>
      describeProblem(problem, shown, task.parameters, (name) => isSecret(task, name)),
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

async function askValidator(
  target: Target,
  release: Release,
  { file, parameters: schema }: TaskEntry,
  parameters: JsonObject,
  secrets: readonly Secret[],
  signal: AbortSignal,
): Promise<readonly ParameterProblem[]> {
  if (schema === undefined) return [] // the task takes none
  const question = { ask: 'check-parameters', file, parameters } as const
  for await (const answer of askRelease(target, release, question, signal, secrets)) {
    return (answer as { problems?: readonly ParameterProblem[] }).problems ?? []
  }
  throw new TypeError('The release side gave no answer.')
}
