import type { Json } from '../json.ts'
import { formsOf, isTooPlain } from './forms.ts'
import { type Hiding, hide } from './hiding.ts'
import { createMatcher, type Matcher } from './matcher.ts'
import type { Secret } from './secrets.ts'
import { passThrough, type RedactingStream, redactingStream } from './stream.ts'

/** Puts `[redacted NAME]` where a secret stands, in any of its forms, and changes nothing else. */
export interface Redactor {
  text(value: string): string
  /** Keys and values, at any depth; a number that shows a secret becomes a text. */
  json(value: Json): Json
  /** For bytes that come in pieces, one for each stream. */
  stream(): RedactingStream
  /** Names of secrets that are not hidden, since their values are too short, or too ordinary a word. */
  readonly tooShort: readonly string[]
}

/** A redactor for these secrets. Of a value with several names the first is shown. */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const given = secrets.filter(({ value }) => value !== '')
  const hidden = given.filter(({ value }) => !isTooPlain(value))
  const tooShort = [...new Set(given.filter(({ value }) => isTooPlain(value)).map(({ name }) => name))]
  if (hidden.length === 0) return { tooShort, text: itself, json: itself, stream: () => passThrough }

  const hiding = hidingOf(hidden)
  const text = (value: string) => redactText(value, hiding)
  return { tooShort, text, json: (value) => redactJson(value, text), stream: () => redactingStream(hiding) }
}

function hidingOf(secrets: readonly Secret[]): Hiding {
  const names = new Map<string, string>()
  for (const { name, value } of secrets) {
    for (const form of formsOf(value)) if (!names.has(form)) names.set(form, name)
  }
  const matcher = createMatcher([...names].map(([form, name]) => ({ bytes: Buffer.from(form), name })))
  const marks = new Map(secrets.map(({ name }) => [name, markOf(name, matcher)]))
  return { matcher, markOf: (name) => marks.get(name) ?? namelessMark }
}

const namelessMark = Buffer.from('[redacted]')

/** A name that is itself somebody's password is not told. */
function markOf(name: string, matcher: Matcher): Uint8Array {
  const mark = Buffer.from(`[redacted ${name.replace(/[^\w.-]/g, '_')}]`)
  let tells = false
  matcher.each(mark, () => {
    tells = true
  })
  return tells ? namelessMark : mark
}

function redactText(value: string, hiding: Hiding): string {
  const bytes = Buffer.from(value)
  const { shown } = hide({ bytes, covered: 0, settled: bytes.length }, hiding)
  return shown.length < 2 ? value : Buffer.concat(shown).toString()
}

function redactJson(value: Json, text: (value: string) => string): Json {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') {
    const shown = text(String(value))
    return shown === String(value) ? value : shown
  }
  if (value === null || typeof value !== 'object') return value
  if (isArray(value)) return value.map((item) => redactJson(item, text))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), redactJson(item, text)]))
}

/** `Array.isArray` does not know of readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function itself<T>(value: T): T {
  return value
}
