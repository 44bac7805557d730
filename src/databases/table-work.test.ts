import { expect, it } from 'vitest'
import { joined } from './table-work.ts'
import type { TableWork } from './wire.ts'

const work = (change: Partial<TableWork>): TableWork => ({
  ...{ inserted: 1, updated: 2, deleted: 3, scanned: 4, built: ['public.i'] },
  ...change,
})

it('adds what was done to the same table, and keeps what was done to others', () => {
  const one = new Map([
    ['public.a', work({ replaced: { bytes: 8 } })],
    ['public.b', work({})],
  ])
  const other = new Map([
    ['public.a', work({ built: ['public.i', 'public.j'] })],
    ['public.c', work({ inserted: 9 })],
  ])
  expect(Object.fromEntries(joined(one, other))).toEqual({
    'public.a': {
      ...{ inserted: 2, updated: 4, deleted: 6, scanned: 8 },
      ...{ built: ['public.i', 'public.j'], replaced: { bytes: 8 } },
    },
    'public.b': work({}),
    'public.c': work({ inserted: 9 }),
  })
  expect(one.get('public.a')).toEqual(work({ replaced: { bytes: 8 } }))
})
