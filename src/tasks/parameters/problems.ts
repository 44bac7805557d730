import type { Json, JsonObject } from '../../core/json.ts'
import { count, suggest } from '../../core/text.ts'
import { describeSchema, propertiesOf, propertyOf, takesOthers } from './json-schema.ts'

/** What is wrong with one parameter, by its key path. */
export interface ParameterProblem {
  /** `country.0`; empty when it is about all of them together. */
  readonly path: string
  readonly message: string
}

/** Parameters that the task does not know, and keys inside one, each with a suggestion. */
export function unknownParameters(
  given: JsonObject,
  schema: JsonObject | null | undefined,
): readonly ParameterProblem[] {
  return unknownBelow('', given, schema)
}

function unknownBelow(
  above: string,
  given: JsonObject,
  schema: JsonObject | null | undefined,
): readonly ParameterProblem[] {
  const known = Object.keys(propertiesOf(schema))
  // an object inside that says nothing of its keys takes any
  if (takesOthers(schema) || (above !== '' && known.length === 0)) return []
  return Object.entries(given).flatMap(([name, value]) => {
    const path = `${above}${name}`
    if (!known.includes(name)) return [{ path, message: unknownMessage(path, name, known) }]
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? unknownBelow(`${path}.`, value as JsonObject, propertyOf(schema, name)) : []
  })
}

function unknownMessage(path: string, name: string, known: readonly string[]): string {
  if (known.length === 0) return `There is no parameter "${path}": the task takes none.`
  return `There is no parameter "${path}". ${suggest(name, known, 'parameters')}`
}

/** A problem in a sentence: the key path, the value, and what was expected. `hidden` values are not shown. */
export function describeProblem(
  { path, message }: ParameterProblem,
  given: JsonObject,
  schema: JsonObject | null | undefined,
  hidden: (name: string) => boolean,
): string {
  if (path === '') return ended(message)
  const [name = '', ...rest] = path.split('.')
  const expected = rest.length === 0 ? describeSchema(propertyOf(schema, name) ?? {}) : undefined
  const wanted = expected === undefined ? '' : ` (${expected})`
  const value = valueAt(given, path)
  if (value === undefined) return `Parameter "${path}"${wanted} is missing: ${ended(message)}`
  return `Parameter "${path}"${wanted} is ${path.split('.').some(hidden) ? '[redacted]' : shortened(value)}: ${ended(message)}`
}

function valueAt(given: JsonObject, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as JsonObject)[step]
          : undefined,
      given,
    )
}

const shown = 60

function shortened(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= shown ? text : `${text.slice(0, shown)}… (${count(text.length, 'character')})`
}

function ended(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}
