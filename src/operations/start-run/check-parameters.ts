import type { Refusal } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { createRedactor } from '../../core/redaction/redactor.ts'
import { count } from '../../core/text.ts'
import { describeProblem, type ParameterProblem, unknownParameters } from '../../tasks/parameters/problems.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import { askRelease, type Inquiry } from '../releases/ask-release.ts'
import { isSecret, withoutSecrets } from './secret-parameters.ts'

/** Checks parameters with the task's own validator, in its release. All that is wrong comes in one refusal. */
export async function checkParameters(
  inquiry: Inquiry,
  task: TaskEntry,
  parameters: JsonObject,
): Promise<Refusal | undefined> {
  const unknown = unknownParameters(parameters, task.parameters)
  const known = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => !unknown.some(({ path }) => path === name)),
  )
  const invalid = await askValidator(inquiry, task, known)
  // redacted before it is shortened, or a part of a secret would be left
  const shown = createRedactor(inquiry.secrets).json(withoutSecrets(task, known)) as JsonObject
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
  inquiry: Inquiry,
  { file, parameters: schema }: TaskEntry,
  parameters: JsonObject,
): Promise<readonly ParameterProblem[]> {
  if (schema === undefined) return [] // the task takes none
  const question = { ask: 'check-parameters', file, parameters } as const
  for await (const answer of askRelease(inquiry, question)) {
    return (answer as { problems?: readonly ParameterProblem[] }).problems ?? []
  }
  throw new TypeError('The release side gave no answer.')
}
