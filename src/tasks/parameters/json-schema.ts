import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject } from '../../core/json.ts'

/** What a validator takes, as JSON Schema; `null` when it does not speak Standard JSON Schema or can't say. */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonObject | null {
  const standard = schema['~standard'] as Partial<StandardJSONSchemaV1['~standard']>
  try {
    return (standard.jsonSchema?.input({
      target: 'draft-2020-12',
      // Zod: what JSON Schema has no word for (a date) is anything, not an error for the whole.
      libraryOptions: { unrepresentable: 'any' },
    }) ?? null) as JsonObject | null
  } catch {
    return null
  }
}

/** One parameter's schema, from its task's. */
export function propertyOf(schema: JsonObject | null | undefined, name: string): JsonObject | undefined {
  const property = propertiesOf(schema)[name]
  return typeof property === 'object' && property !== null && !Array.isArray(property)
    ? (property as JsonObject)
    : undefined
}

/** The schemas of all parameters by their names; none where the schema does not say. */
export function propertiesOf(schema: JsonObject | null | undefined): JsonObject {
  const properties = schema?.properties
  return typeof properties === 'object' && properties !== null && !Array.isArray(properties)
    ? (properties as JsonObject)
    : {}
}

/** Whether names beside the listed properties are taken. Strict by default: most validators drop them silently. */
export function takesOthers(schema: JsonObject | null | undefined): boolean {
  if (schema === null) return true
  const additional = schema?.additionalProperties
  return additional === true || (typeof additional === 'object' && additional !== null)
}

/** `integer, at least 1`, for people; `undefined` when there is nothing to say. */
export function describeSchema(schema: JsonObject): string | undefined {
  const { type, format, minimum, exclusiveMinimum, maximum, pattern, minLength, maxLength } = schema
  const choices = schema.enum
  if (Array.isArray(choices)) return `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`
  const parts = [
    typeof format === 'string' ? `${format}` : typeof type === 'string' ? type : undefined,
    typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `at least ${minimum}` : undefined,
    typeof exclusiveMinimum === 'number' ? `more than ${exclusiveMinimum}` : undefined,
    typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `at most ${maximum}` : undefined,
    typeof minLength === 'number' ? `at least ${minLength} characters` : undefined,
    typeof maxLength === 'number' ? `at most ${maxLength} characters` : undefined,
    typeof pattern === 'string' && format === undefined ? `like ${pattern}` : undefined,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(', ')
}
