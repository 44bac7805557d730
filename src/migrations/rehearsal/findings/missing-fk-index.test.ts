import { expect, it } from 'vitest'
import {
  content,
  evidence,
  inShort,
  measured,
  part,
  snapshot,
  strict,
  users,
} from '../../../../test/corpus/hand-written.ts'
import { missingFkIndex } from './missing-fk-index.ts'

const key = (name: string, id = 'k') =>
  part('constraint', 'public.users', name, { kind: 'foreign key' }, { id })
const without = (constraint: string) => ({ unindexedForeignKeys: [{ table: 'public.users', constraint }] })

it('is a new foreign key, or one whose index went', () => {
  const after = snapshot([...users, key('fk')], without('fk'))
  const isNew = missingFkIndex(evidence({ before: snapshot(users), after }), strict)
  expect(inShort(isNew)).toEqual(['fails missing_fk_index public.users'])
  expect(isNew[0]?.evidence).toContain('the new foreign key fk')
  const wasThere = missingFkIndex(evidence({ before: snapshot([...users, key('fk')]), after }), strict)
  expect(wasThere[0]?.evidence).toContain('the foreign key fk')
})

it('is not one that was so before, also under another name', () => {
  const before = snapshot([...users, key('fk')], without('fk'))
  const after = snapshot([...users, key('fk2')], without('fk2'))
  expect(missingFkIndex(evidence({ before, after }), strict)).toEqual([])
})

it('is only noted of a child that really is small', () => {
  const traced = { before: snapshot(users), after: snapshot([...users, key('fk')], without('fk')) }
  const contentBefore = new Map([['public.users', content(30)]])
  expect(inShort(missingFkIndex(evidence({ ...traced, contentBefore }), measured))).toEqual([
    'notes missing_fk_index public.users',
  ])
})
