import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeSchema, jsonSchemaOf } from './json-schema.ts'
import { describeProblem, unknownParameters } from './problems.ts'
import { typedParameters } from './typed.ts'
import { validate } from './validate.ts'

const params = z.object({
  country: z.array(z.string().length(2)).optional(),
  limit: z.int().positive().optional(),
  dryRun: z.boolean().default(false),
  before: z.coerce.date().optional(),
  name: z.string(),
})
const schema = jsonSchemaOf(params)

describe('typed parameters', () => {
  it('take the types that the schema names', () => {
    const words = { country: 'CH,FR', limit: '500', dryRun: 'true', before: '2026-01-01', name: '12' }
    expect(typedParameters(words, schema)).toEqual({
      country: ['CH', 'FR'],
      limit: 500,
      dryRun: true,
      before: '2026-01-01',
      name: '12',
    })
  })

  it('stay words where they are not of their type, for the validator to say so', () => {
    expect(typedParameters({ limit: 'lots', dryRun: 'yes' }, schema)).toEqual({
      limit: 'lots',
      dryRun: 'yes',
    })
  })

  it('try each choice of a union', () => {
    const union = jsonSchemaOf(z.object({ n: z.int().nullable(), either: z.union([z.number(), z.string()]) }))
    expect(typedParameters({ n: '5', either: 'x' }, union)).toEqual({ n: 5, either: 'x' })
    expect(typedParameters({ n: 'null', either: '2.5' }, union)).toEqual({ n: null, either: 2.5 })
  })

  it('never lose or throw, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('country', 'limit', 'dryRun', 'other'), fc.string()),
        (words) => {
          expect(Object.keys(typedParameters(words, schema))).toEqual(Object.keys(words))
        },
      ),
    )
  })
})

describe('parameter problems', () => {
  it('name the key path, the value and what was expected, all at once', async () => {
    const given = { country: ['CHE'], limit: 'lots', dryRun: false }
    const result = await validate(params, given)
    if (!('problems' in result)) throw new Error('These parameters should not pass.')
    const lines = result.problems.map((problem) => describeProblem(problem, given, schema, () => false))
    expect(lines).toEqual([
      'Parameter "country.0" is "CHE": Too big: expected string to have exactly 2 characters.',
      'Parameter "limit" (integer, more than 0) is "lots": Invalid input: expected number, received string.',
      'Parameter "name" (string) is missing: Invalid input: expected string, received undefined.',
    ])
  })

  it('do not show a hidden value', () => {
    const problem = { path: 'token', message: 'too short' }
    expect(describeProblem(problem, { token: 'hunter2' }, schema, () => true)).not.toContain('hunter2')
  })

  it('name what the task does not know, and what may have been meant', () => {
    expect(unknownParameters({ contry: 'CH', limit: 1 }, schema)).toEqual([
      { path: 'contry', message: 'There is no parameter "contry". Did you mean "country"?' },
    ])
    expect(unknownParameters({ x: '1' }, undefined)[0]?.message).toBe(
      'There is no parameter "x": the task takes none.',
    )
    expect(unknownParameters({ x: '1' }, null)).toEqual([]) // its validator does not describe them
  })

  it('find a misspelt key inside a parameter', () => {
    const nested = jsonSchemaOf(
      z.object({ options: z.object({ dryRun: z.boolean() }), any: z.record(z.string(), z.int()) }),
    )
    expect(unknownParameters({ options: { dryrun: true }, any: { x: 1 } }, nested)).toEqual([
      { path: 'options.dryrun', message: 'There is no parameter "options.dryrun". Did you mean "dryRun"?' },
    ])
  })

  it('cannot reach into the prototype', () => {
    expect(unknownParameters(JSON.parse('{"__proto__": 1, "constructor": 2}'), schema)).toHaveLength(2)
  })
})

it('describes a schema for people', () => {
  expect(describeSchema({ enum: ['a', 'b'] })).toBe('one of "a", "b"')
  expect(describeSchema({ type: 'integer', minimum: 1, maximum: 5 })).toBe('integer, at least 1, at most 5')
  expect(describeSchema({})).toBeUndefined()
})
