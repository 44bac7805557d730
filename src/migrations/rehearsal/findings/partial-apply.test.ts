import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  part,
  snapshot,
  statement,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import { partialApply } from './partial-apply.ts'

const end = { code: 3, ms: 1, escapes: [] }
const after = snapshot([...users, part('column', 'public.users', 'plan')])
const again = (failsElsewhere: boolean) => ({ twice: { end, failsElsewhere, isFixedPoint: false } })

it('is a first half that keeps a second run from its end', () => {
  const [finding] = partialApply(evidence({ end, after }, again(true)))
  expect(finding).toMatchObject({ weight: 'fails', hazard: 'partial_apply' })
  expect(finding?.evidence).toBe(
    'It failed and left what it had done until then: column public.users.plan is new. A second run failed at another statement.',
  )
})

it('is rows that were left', () => {
  const statements = [statement({ tables: { 'public.users': work({ inserted: 2 }) } })]
  expect(inShort(partialApply(evidence({ end, statements }, again(true))))).toEqual(['fails partial_apply'])
})

it('is an index that is not valid, and a second run that is content with what was left', () => {
  const wreck = snapshot([...users, part('index', 'public.users', 'i')], { invalidIndexes: ['public.i'] })
  const [finding] = partialApply(evidence({ end, after: wreck }, again(false)))
  expect(finding).toMatchObject({ weight: 'fails' })
  expect(finding?.evidence).toContain('public.i is not valid. A second run came as far as the first.')
  const content = { twice: { end: { ...end, code: 0 }, failsElsewhere: false, isFixedPoint: true } }
  expect(inShort(partialApply(evidence({ end, after }, content)))).toEqual(['fails partial_apply'])
})

it('is only noted where a second run comes as far', () => {
  expect(inShort(partialApply(evidence({ end, after }, again(false))))).toEqual(['notes partial_apply'])
})

it('is nothing where nothing was left, or it did not fail', () => {
  expect(partialApply(evidence({ end }, again(true)))).toEqual([])
  expect(partialApply(evidence({ after }, again(true)))).toEqual([])
})

it('is a death that nobody can go on after, where the tool knows what it has done', () => {
  const dying = [{ at: 'after commit 1 of 2', isFinished: false, end }]
  expect(inShort(partialApply(evidence({}, { dying })))).toEqual(['fails partial_apply'])
  expect(inShort(partialApply(evidence({ historyTables: [] }, { dying })))).toEqual(['notes partial_apply'])
  expect(partialApply(evidence({}, { dying: [{ at: '', isFinished: true, end }] }))).toEqual([])
})
