import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  lock,
  measured,
  object,
  part,
  snapshot,
  statement,
  strict,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import { noEffect } from './no-effect.ts'

const seen = (...given: Parameters<typeof evidence>) => inShort(noEffect(evidence(...given), measured))

it('is a success after which nothing is another', () => {
  expect(seen()).toEqual(['fails no_effect'])
})

it('is what was there already', () => {
  const statements = [statement({ tag: 'CREATE TABLE', notices: ['42P07'] })]
  const [finding] = noEffect(evidence({ statements }), measured)
  expect(finding?.evidence).toContain('Statement 1 (CREATE TABLE) found something of that name there')
})

it('is only noted where something else was done', () => {
  const statements = [
    statement({ notices: ['42P07'] }),
    statement({ tables: { 'public.users': work({ updated: 1 }) } }),
  ]
  expect(seen({ statements })).toEqual(['notes no_effect'])
  expect(inShort(noEffect(evidence({ statements }), strict))).toEqual(['fails no_effect'])
})

it('is not an extension that is there', () => {
  const statements = [
    statement({ tag: 'CREATE EXTENSION', notices: ['42710'] }),
    statement({ tables: { 'public.users': work({ updated: 1 }) } }),
  ]
  expect(inShort(noEffect(evidence({ statements }), strict))).toEqual(['notes no_effect'])
})

it.each([
  ['a change of the schema', { after: snapshot([...users, part('column', 'public.users', 'plan')]) }],
  ['a row', { statements: [statement({ tables: { 'public.users': work({ updated: 1 }) } })] }],
  ['maintenance', { statements: [statement({ tag: 'VACUUM' })] }],
  ['a role', { statements: [statement({ tag: 'CREATE ROLE' })] }],
  ['a failure', { end: { code: 1, ms: 1, escapes: [] } }],
])('is not %s', (_, more) => expect(seen(more)).toEqual([]))

it('is not a sequence that is moved', () => {
  const schema = snapshot([...users, object('sequence', 'public.s')])
  const statements = [statement({ tag: 'SELECT', locks: [lock('public.s', 'RowExclusiveLock')] })]
  expect(seen({ statements, before: schema, after: schema })).toEqual([])
})

it('is nothing but the history of the tool', () => {
  const history = object('table', 'public.schema_migrations')
  const statements = [statement({ tables: { 'public.schema_migrations': work({ inserted: 1 }) } })]
  expect(seen({ statements, after: snapshot([...users, history]) })).toEqual(['fails no_effect'])
})

it('is nothing where all was rolled back', () => {
  const statements = [statement({ tables: { 'public.users': work({ updated: 9 }) } })]
  const transactions = [{ session: 's', transaction: 1, end: 'rolled back' } as const]
  expect(seen({ statements, transactions })).toEqual(['fails no_effect'])
})

it('is an index that is not valid, and was not so before', () => {
  const after = snapshot([...users, part('index', 'public.users', 'i')], { invalidIndexes: ['public.i'] })
  expect(seen({ after })).toEqual(['fails no_effect'])
  expect(seen({ before: after, after, statements: [statement({ tag: 'ANALYZE' })] })).toEqual([])
})

it('is a migration that is pending still', () => {
  const statements = [statement({ tables: { 'public.users': work({ updated: 1 }) } })]
  const [finding] = noEffect(evidence({ statements, pendingAfter: ['2_plans.sql'] }), measured)
  expect(finding?.evidence).toBe(
    'Its command succeeded, and 1 migration is pending still by its own history: 2_plans.sql.',
  )
})
