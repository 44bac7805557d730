import type { Json, JsonObject } from '../../core/json.ts'
import { looksSecret } from '../../core/redaction/names.ts'
import { type Secret, secretsOf } from '../../core/redaction/secrets.ts'
import { unknownParameters } from '../../tasks/parameters/problems.ts'
import type { TaskEntry } from '../../tasks/task.ts'

/** Whether a parameter, or a key anywhere inside one, holds something to be hidden. */
export function isSecret(task: TaskEntry, name: string): boolean {
  return looksSecret(name) || task.secrets.includes(name)
}

/** What must not be seen of the parameters: all below a name that is secret, and passwords inside other texts. */
export function secretParameters(task: TaskEntry, parameters: JsonObject): Secret[] {
  return Object.entries(parameters).flatMap(([name, value]) => secretsIn(task, name, value, false))
}

function secretsIn(task: TaskEntry, name: string, value: Json, isBelow: boolean): Secret[] {
  const isHidden = isBelow || isSecret(task, name)
  if (typeof value === 'object' && value !== null) {
    // an item of a list goes by the list's name
    const keyOf = (key: string) => (Array.isArray(value) ? name : key)
    return Object.entries(value).flatMap(([key, item]) => secretsIn(task, keyOf(key), item, isHidden))
  }
  if (value === null || typeof value === 'boolean') return []
  return secretsOf(new Map([[name, String(value)]]), isHidden ? [name] : [])
}

/** Parameters for the record: without what is secret, and without what the task does not know (a misspelt secret). */
export function withoutSecrets(task: TaskEntry, parameters: JsonObject): JsonObject {
  const unknown = unknownParameters(parameters, task.parameters)
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      unknown.some(({ path }) => path.split('.')[0] === name) ? '[not recorded]' : hidden(task, name, value),
    ]),
  )
}

function hidden(task: TaskEntry, name: string, value: Json): Json {
  if (isSecret(task, name)) return '[redacted]'
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => hidden(task, name, item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(task, key, item)]))
}
