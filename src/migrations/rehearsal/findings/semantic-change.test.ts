import { expect, it } from 'vitest'
import {
  column,
  content,
  evidence,
  inShort,
  object,
  part,
  snapshot,
  statement,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import { semanticChange } from './semantic-change.ts'

const changed = new Map([
  [
    'public.users',
    content(1_000, {
      id: column({ type: 'integer', digest: 'i' }),
      name: column({ type: 'date', digest: 'e' }),
    }),
  ],
])

it('is values that are others, although nobody wrote them', () => {
  const [finding] = semanticChange(evidence({ contentAfter: changed }))
  expect(finding).toMatchObject({ weight: 'fails', hazard: 'semantic_change', table: 'public.users' })
  expect(finding?.evidence).toBe(
    'public.users.name (text, now date) holds other values than before, and no statement updated a row: what an application reads is not what was written.',
  )
})

it('is only noted where rows were written as well', () => {
  const statements = [statement({ tables: { 'public.users': work({ updated: 1 }) } })]
  expect(inShort(semanticChange(evidence({ contentAfter: changed, statements })))).toEqual([
    'notes semantic_change public.users',
  ])
})

it('is no UPDATE', () => {
  const contentAfter = new Map([['public.users', content(1_000, { name: column({ digest: 'e' }) })]])
  const statements = [statement({ tables: { 'public.users': work({ updated: 1_000 }) } })]
  expect(semanticChange(evidence({ contentAfter, statements }))).toEqual([])
})

it('is a name that was cut', () => {
  const found = semanticChange(evidence({ statements: [statement(), statement({ notices: ['42622'] })] }))
  expect(found).toMatchObject([{ hazard: 'semantic_change', statement: 1 }])
})

it('is a table beside one of its name, and of a third one only a note', () => {
  const make = (...names: readonly string[]) =>
    snapshot([...users, ...names.map((name) => object('table', name))])
  expect(inShort(semanticChange(evidence({ after: make('app.users') })))).toEqual([
    'fails semantic_change app.users',
  ])
  const tenants = { before: make('a.users'), after: make('a.users', 'b.users') }
  expect(inShort(semanticChange(evidence(tenants)))).toEqual(['notes semantic_change b.users'])
  expect(semanticChange(evidence({ after: make('app.other') }))).toEqual([])
})

it('is a view or a function beside one of its name, and no type beside a table', () => {
  const before = snapshot([...users, object('function', 'public.price(integer)')])
  const seen = (kind: string, name: string) =>
    inShort(semanticChange(evidence({ before, after: snapshot([...before.objects, object(kind, name)]) })))
  expect(seen('view', 'app.users')).toEqual(['fails semantic_change app.users'])
  expect(seen('function', 'app.price(integer)')).toEqual(['fails semantic_change'])
  expect(seen('function', 'app.price(text)')).toEqual([])
  expect(seen('type', 'app.users')).toEqual([])
})

it('is another order of texts', () => {
  const sorted = (collation: string) => snapshot([part('column', 'public.users', 'name', { collation })])
  const traced = { before: sorted('"default"'), after: sorted('"C"') }
  expect(inShort(semanticChange(evidence(traced)))).toEqual(['fails semantic_change public.users'])
})
