import { expect, it } from 'vitest'
import { content, object, snapshot, trace, users } from '../../../../test/corpus/hand-written.ts'
import { knownTables } from './tables.ts'

const partition = (name: string, parents: string) =>
  object('table', name, { partitionBound: 'FOR VALUES …', parents })

it('knows tables and views by their names before, with what they held', () => {
  const before = snapshot([...users, object('view', 'public.v'), object('sequence', 'public.s')])
  const after = snapshot([object('table', 'public.people', {}, { id: 'public.users' })])
  const known = knownTables(trace({ before, after, contentBefore: new Map([['public.users', content(7)]]) }))
  expect([...known.values()]).toEqual([
    { name: 'public.users', nameAfter: 'public.people', kind: 'table', rows: 7, bytes: 700 },
    { name: 'public.v', kind: 'view', rows: 0, bytes: 0 },
  ])
})

it('leaves the history of the tool out', () => {
  const before = snapshot([object('table', 'public.schema_migrations')])
  expect(knownTables(trace({ before })).size).toBe(0)
})

it('tells of which table each partition is, whatever the names', () => {
  const before = snapshot([
    object('table', 'public.m', { kind: 'partitioned' }),
    partition('public.m24', 'public.m'),
    partition('public.m24_1', 'public.m24'),
    partition('odd "name".p', '"odd ""name""".q'),
  ])
  const known = knownTables(trace({ before }))
  expect([...known.values()].map(({ root }) => root)).toEqual([
    undefined,
    'public.m',
    'public.m',
    'odd "name".q',
  ])
})
