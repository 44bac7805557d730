import type { Json, JsonObject } from '../../core/json.ts'
import { propertyOf } from './json-schema.ts'

/**
 * Gives typed words (`--param limit=500`) the types that the task's schema names. A word that is not of its type stays
 * a string, so that the validator can say what is wrong with it.
 */
export function typedParameters(
  words: Readonly<Record<string, string>>,
  schema: JsonObject | null | undefined,
): JsonObject {
  return Object.fromEntries(
    Object.entries(words).map(([name, word]) => [name, typed(word, propertyOf(schema, name))]),
  )
}

function typed(word: string, schema: JsonObject | undefined): Json {
  const choices = choicesOf(schema)
  if (choices !== undefined) return typedByOneOf(word, choices)
  const type = schema?.type
  if (type === 'number' || type === 'integer') return asNumber(word)
  if (type === 'null') return word === 'null' ? null : word
  if (type === 'boolean') return word === 'true' ? true : word === 'false' ? false : word
  if (type === 'array') return asArray(word, schema)
  if (type === 'object') return asJson(word)
  return word
}

function choicesOf(schema: JsonObject | undefined): readonly JsonObject[] | undefined {
  if (Array.isArray(schema?.anyOf)) return schema.anyOf as readonly JsonObject[]
  return Array.isArray(schema?.type) ? schema.type.map((type) => ({ type })) : undefined
}

/** `integer or null`, `number or string`: the first choice that the word can be read as. */
function typedByOneOf(word: string, choices: readonly JsonObject[]): Json {
  for (const choice of choices) {
    const reading = typed(word, choice)
    if (reading !== word) return reading
  }
  return word
}

/** A number that JavaScript or JSON would change (a long id, `1e999`) stays as it was typed, and is not another one. */
function asNumber(word: string): Json {
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word)) return word
  const number = Number(word)
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : word
}

/** `["a","b"]`, or `a,b`. */
function asArray(word: string, schema: JsonObject | undefined): Json {
  if (word.startsWith('[')) return asJson(word)
  const items = schema?.items as JsonObject | undefined
  return word === '' ? [] : word.split(',').map((item) => typed(item, items))
}

function asJson(word: string): Json {
  try {
    return JSON.parse(word)
  } catch {
    return word
  }
}
