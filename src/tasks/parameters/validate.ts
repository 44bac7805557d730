import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject } from '../../core/json.ts'
import type { ParameterProblem } from './problems.ts'

/** What a task's validator says: what the task is given, or all that is wrong. */
export type Validated = { readonly value: unknown } | { readonly problems: readonly ParameterProblem[] }

/** Runs a task's own validator. It may be asynchronous; what it returns is for the task. */
export async function validate(
  schema: StandardSchemaV1 | undefined,
  parameters: JsonObject,
): Promise<Validated> {
  if (schema === undefined) return { value: {} }
  const result = await schema['~standard'].validate(parameters)
  if (result.issues === undefined) return { value: result.value }
  return {
    problems: result.issues.map(({ path = [], message }) => ({
      path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
      message,
    })),
  }
}
