import { quoted } from '../sql.ts'
import type { TypeShape, Types } from './types.ts'

/**
 * A value's text as an application would read it, in SQL: equal for values of two types that mean the same, such as `1.5`
 * and `1.50`, or a time with a zone and the same in UTC without. Null for null.
 */
export function canonical(value: string, type: string, types: Types, depth = 0): string {
  const shape = types.get(type)
  if (shape === undefined) return `${value}::text`
  const inside = depth + 1
  if (shape.base !== null)
    return canonical(`${value}::${types.get(shape.base)?.name}`, shape.base, types, inside)
  if (shape.element !== null) return ofArray(value, shape.element, types, inside)
  if (shape.attributes !== null) return ofComposite(value, shape.attributes, types, inside)
  const rule = shape.isBuiltIn ? rules.get(shape.name) : undefined
  return rule?.(value) ?? `${value}::text`
}

/** A 64-bit number for a text; the order of the database's language is left aside, in which two texts may be one. */
export function hashOf(text: string): string {
  return `hashtextextended((${text}) collate "C", 0)`
}

type Rule = (value: string) => string

const asNumber: Rule = (value) => `trim_scale(${value}::numeric)::text`
const asOutput: Rule = (value) => `case when ${value} is not null then concat(${value}) end`

const rules: ReadonlyMap<string, Rule> = new Map([
  ['numeric', asNumber],
  ['money', asNumber],
  // by its shortest text: its own cast to numeric rounds
  ['real', (value) => asNumber(`${value}::text`)],
  ['double precision', (value) => asNumber(`${value}::text`)],
  ['timestamp with time zone', (value) => `(${value} at time zone 'UTC')::text`],
  // a day that no timestamp reaches stays a day
  [
    'date',
    (value) =>
      `case when ${value} > '294276-12-31' and isfinite(${value}) then ${value}::text else ${value}::timestamp::text end`,
  ],
  ['json', (value) => `${value}::jsonb::text`],
  // its own cast to text shows the mask also of a single host
  ['inet', asOutput],
])

/** Whether the text of an array or composite of it is good as it is. */
function isPlain(type: string, types: Types): boolean {
  const shape = types.get(type)
  if (shape === undefined) return true
  if (shape.base !== null) return isPlain(shape.base, types)
  if (shape.element !== null || shape.attributes !== null) return false
  return !shape.isBuiltIn || !(rules.has(shape.name) || shape.name === 'character')
}

function ofArray(value: string, element: string, types: Types, depth: number): string {
  if (isPlain(element, types)) return `${value}::text`
  const attributes = types.get(element)?.attributes ?? undefined
  // unnest takes a composite apart
  const names = (attributes ?? [{ type: element }]).map((_, index) => `item${depth}_${index}`)
  const item =
    attributes === undefined
      ? canonical(names[0] ?? '', element, types, depth)
      : `row(${attributes.map(({ type }, index) => canonical(names[index] ?? '', type, types, depth)).join(', ')})::text`
  const order = `order${depth}`
  const list = `select ${item} from unnest(${value}) with ordinality as e(${[...names, order].join(', ')}) order by ${order}`
  // unnest also flattens what has several dimensions
  return `case when ${value} is not null then array(${list})::text || case when array_ndims(${value}) > 1 then array_dims(${value}) else '' end end`
}

function ofComposite(
  value: string,
  attributes: NonNullable<TypeShape['attributes']>,
  types: Types,
  depth: number,
): string {
  const parts = attributes.map(({ name, type }) =>
    canonical(`(${value}).${quoted(name)}`, type, types, depth),
  )
  // "is null" is also true of one that is there and has nulls only
  return `case when num_nonnulls(${value}) > 0 then row(${parts.join(', ')})::text end`
}
