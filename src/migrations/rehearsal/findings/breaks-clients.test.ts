import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  object,
  part,
  snapshot,
  statement,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import type { ClientOutcome } from '../../../databases/inspector.ts'
import { breaksClients } from './breaks-clients.ts'

function sent(text: string, before: ClientOutcome, after: ClientOutcome, traced = {}) {
  const compat = { statements: [{ text, calls: 1, role: 'app' }], before: [before], after: [after] }
  return breaksClients(evidence(traced, { compat }))
}

const well = { rows: 1 }

it('is a statement that fails afterwards', () => {
  const [finding] = sent('select 1 from users', well, { sqlState: '42P01' })
  expect(finding).toMatchObject({ weight: 'fails', hazard: 'breaks_clients' })
  expect(finding?.evidence).toBe(
    '"select 1 from users", which the running release sends as app, fails with SQLSTATE 42P01 (a table is gone).',
  )
})

it.each<[string, string, ClientOutcome, ClientOutcome]>([
  ['fails in another way', 'select', { sqlState: '23502' }, { sqlState: '42703' }],
  ['sees no row any more', 'select', { rows: 5 }, { rows: 0 }],
  ['lacks a value that it must give', 'insert into t values ($1)', well, { sqlState: '23502' }],
])('is a statement that %s', (_, text, before, after) => {
  expect(inShort(sent(text, before, after))).toEqual(['fails breaks_clients'])
})

it.each<[string, string, ClientOutcome, ClientOutcome]>([
  ['went as it goes', 'select', well, well],
  ['failed as it fails', 'select', { sqlState: '23503' }, { sqlState: '23503' }],
  ['failed before', 'select', { sqlState: '23503' }, well],
])('is no statement that %s', (_, text, before, after) => expect(sent(text, before, after)).toEqual([]))

it.each<[string, string, ClientOutcome, ClientOutcome, object]>([
  ['a made-up value runs into a rule', 'insert into t values ($1)', well, { sqlState: '23514' }, {}],
  ['it takes too long', 'select', well, { sqlState: '57014' }, {}],
  [
    'rows were written',
    'select',
    { rows: 2 },
    { rows: 4 },
    { statements: [statement({ tables: { 'public.users': work({ inserted: 2 }) } })] },
  ],
])('is only noted where %s', (_, text, before, after, traced) => {
  expect(inShort(sent(text, before, after, traced))).toEqual(['notes breaks_clients'])
})

it('is a row whose key the database gives out a second time', () => {
  const key = part('constraint', 'public.users', 'users_pkey', { definition: 'PRIMARY KEY (id)' })
  const taken = { sqlState: '23505', constraint: 'users_pkey' }
  const after = snapshot([...users, key])
  const insert = (columns: string) =>
    inShort(sent(`INSERT INTO public.users (${columns}) VALUES ($1)`, well, taken, { after }))
  expect(insert('name')).toEqual(['fails breaks_clients'])
  expect(insert('"id"')).toEqual(['notes breaks_clients'])
})

it('shows no constant of a statement, and not all of a long one', () => {
  const [finding] = sent(`call rename('Ada', ${'$1, '.repeat(40)}$1)`, well, { sqlState: '42883' })
  expect(finding?.evidence).toMatch(/^"call rename\(…, [$1, ]+ …", which/)
})

it('is told once for all statements that go wrong in one way', () => {
  const compat = {
    statements: [1, 2, 3].map((n) => ({ text: `select ${n}`, calls: 1 })),
    before: [well, well, well],
    after: [{ sqlState: '42P01' }, well, { sqlState: '42P01' }],
  }
  const found = breaksClients(evidence({}, { compat }))
  expect(found.map((one) => one.evidence)).toEqual([
    '"select 1", which the running release sends, like 1 other, fails with SQLSTATE 42P01 (a table is gone).',
  ])
})

it('is row security without a policy', () => {
  const on = object('table', 'public.users', { rowSecurity: 'yes' })
  const policy = part('policy', 'public.users', 'p', { kind: 'permissive' })
  const seen = (...objects: readonly (typeof on)[]) =>
    inShort(breaksClients(evidence({ after: snapshot(objects), before: snapshot(users) })))
  expect(seen(on)).toEqual(['fails breaks_clients public.users'])
  expect(seen(on, policy)).toEqual(['notes breaks_clients public.users'])
})

it('is a policy that hides rows where row security is on', () => {
  const on = object('table', 'public.users', { rowSecurity: 'yes' })
  const policy = (kind: string, using: string, id = 'p') =>
    part('policy', 'public.users', 'p', { kind, using, roles: 'app' }, { id })
  const seen = (before: readonly (typeof on)[], after: readonly (typeof on)[]) =>
    inShort(breaksClients(evidence({ before: snapshot([on, ...before]), after: snapshot([on, ...after]) })))
  expect(seen([], [policy('restrictive', '(id < 0)')])).toEqual(['fails breaks_clients public.users'])
  expect(seen([policy('permissive', 'true')], [])).toEqual(['fails breaks_clients public.users'])
  expect(seen([policy('permissive', 'true')], [policy('permissive', 'true', 'other')])).toEqual([])
  expect(seen([], [policy('permissive', 'true')])).toEqual([])
})
