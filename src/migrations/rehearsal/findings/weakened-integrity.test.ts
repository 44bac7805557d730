import { expect, it } from 'vitest'
import { evidence, inShort, object, part, snapshot, users } from '../../../../test/corpus/hand-written.ts'
import type { SchemaObject } from '../../../databases/inspector.ts'
import { weakenedIntegrity } from './weakened-integrity.ts'

const table = 'public.users'

function seen(before: readonly SchemaObject[], after: readonly SchemaObject[]): readonly string[] {
  const all = (some: readonly SchemaObject[]) =>
    snapshot([...users.filter(({ id }) => !some.some((one) => one.id === id)), ...some])
  return inShort(weakenedIntegrity(evidence({ before: all(before), after: all(after) })))
}

const check = part('constraint', table, 'ok', {
  kind: 'check',
  definition: 'CHECK ((length(name) > 0))',
  validated: 'yes',
})
const unique = part('index', table, 'u', {
  definition: 'CREATE UNIQUE INDEX ON public.users USING btree (name)',
  unique: 'yes',
  valid: 'yes',
})
const trigger = part('trigger', table, 't', { definition: 'CREATE TRIGGER t …', enabled: 'yes' })
const policy = part('policy', table, 'p', { command: 'all', kind: 'permissive', roles: 'app', using: 'true' })
const definitionOf = (rights: string) =>
  `CREATE OR REPLACE FUNCTION public.f()\n RETURNS integer\n LANGUAGE sql\n${rights}AS $function$select 1$function$\n`
const weak = ['fails weakened_integrity public.users']

it.each([
  ['constraint', check],
  ['unique index', unique],
  ['trigger', trigger],
  ['policy', policy],
])('is a %s that is gone', (_, one) => expect(seen([one], [])).toEqual(weak))

it.each([
  ['a constraint that is not valid any more', check, { validated: 'no' }],
  ['a disabled trigger', trigger, { enabled: 'no' }],
  ['row security that is off', object('table', table, { rowSecurity: 'yes' }), { rowSecurity: 'no' }],
  [
    'a table that a crash empties',
    object('table', table, { persistence: 'permanent' }),
    { persistence: 'unlogged' },
  ],
  [
    'a function with the rights of its owner',
    object('function', 'public.f()', { definition: definitionOf('') }),
    { definition: definitionOf(' SECURITY DEFINER\n') },
  ],
  [
    'a view with the rights of its owner',
    object('view', 'public.v', { options: '{security_invoker=true}' }),
    { options: '' },
  ],
  ['a unique index that is a plain one', unique, { unique: 'no', definition: 'CREATE INDEX …' }],
  ['a column that may be null', part('column', table, 'id', { nullable: 'no' }), { nullable: 'yes' }],
  [
    'a right of everybody',
    object('table', table, { rights: 'app SELECT' }),
    { rights: 'app SELECT, public SELECT' },
  ],
])('is %s', (_, before, properties) => {
  const after = { ...before, properties: { ...before.properties, ...properties } }
  const told = seen([before], [after])
  expect(told.map((one) => one.replace(/ public\.users$/, ''))).toEqual(['fails weakened_integrity'])
})

it('is no function that speaks of it only in its body', () => {
  const before = object('function', 'public.f()', { definition: definitionOf('') })
  const after = object('function', 'public.f()', { definition: `${definitionOf('')} -- SECURITY DEFINER` })
  expect(seen([before], [after])).toEqual([])
})

it('is a unique index that is gone, and a plain one of its name in its place', () => {
  const plain = {
    ...unique,
    id: 'other',
    properties: { definition: 'CREATE INDEX …', unique: 'no', valid: 'yes' },
  }
  expect(seen([unique], [plain])).toEqual(weak)
})

it.each([
  ['another that does the same', [check], [{ ...check, id: 'other', name: 'public.users.ok2' }]],
  ['an equal unique index', [unique], [{ ...unique, id: 'other', name: 'public.u2' }]],
  ['a new name', [check], [{ ...check, name: 'public.users.ok2' }]],
])('is not what has %s', (_, before, after) => expect(seen(before, after)).toEqual([]))

it('is not a check that the column says itself', () => {
  const proof = part('constraint', table, 'nn', { kind: 'check', definition: 'CHECK ((name IS NOT NULL))' })
  const name = (nullable: string) => part('column', table, 'name', { nullable })
  expect(seen([proof, name('yes')], [name('no')])).toEqual([])
  expect(seen([proof, name('yes')], [name('yes')])).toEqual(weak)
})

it('is not a constraint whose column or table is gone', () => {
  const name = part('column', table, 'name')
  const rest = users.filter((one) => one.name !== name.name)
  const traced = evidence({ before: snapshot([...users, check]), after: snapshot(rest) })
  expect(weakenedIntegrity(traced)).toEqual([])
  expect(weakenedIntegrity(evidence({ before: snapshot([...users, check]), after: snapshot([]) }))).toEqual(
    [],
  )
})

it('is only noted of one of the same name that says something else', () => {
  const other = { ...check, id: 'other', properties: { ...check.properties, definition: 'CHECK (true)' } }
  expect(seen([check], [other])).toEqual(['notes weakened_integrity public.users'])
  const unchecked = { ...check, id: 'other', properties: { ...check.properties, validated: 'no' } }
  expect(seen([check], [unchecked])).toEqual(weak)
})

it('is a policy that opens, and rights of everybody on things to come', () => {
  const closed = part('policy', table, 'p', { kind: 'permissive', roles: 'app', using: '(owner = 1)' })
  const opened = (more: object) => [{ ...closed, properties: { ...closed.properties, ...more } }]
  expect(seen([closed], opened({ using: 'true' }))).toEqual(weak)
  expect(seen([closed], opened({ roles: 'public' }))).toEqual(weak)
  expect(seen([closed], opened({ using: '(owner = 2)' }))).toEqual([])
  const rights = { rights: 'app SELECT, public SELECT' }
  expect(seen([], [object('default rights', 'app public r', rights)])).toEqual(['fails weakened_integrity'])
  expect(seen([], [object('default rights', 'app public f', rights)])).toEqual([])
})
