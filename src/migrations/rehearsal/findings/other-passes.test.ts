import { expect, it } from 'vitest'
import { evidence, inShort } from '../../../../test/corpus/hand-written.ts'
import { deadlockRisk, notRepeatable, notUndone } from './other-passes.ts'

const ended = (code: number) => ({ code, ms: 1, escapes: [] })

it('tells of deadlocks by their tables', () => {
  const crowd = { deadlocks: [{ first: 'public.a', second: 'public.b', statement: 2 }] }
  const [finding] = deadlockRisk(evidence({}, { crowd }))
  expect(finding).toMatchObject({ hazard: 'deadlock_risk', table: 'public.a', statement: 2 })
})

it('tells of a way back that fails or leads elsewhere', () => {
  const seen = (code: number, left: readonly string[]) =>
    inShort(notUndone(evidence({}, { undo: { end: ended(code), left } })))
  expect(seen(0, [])).toEqual([])
  expect(seen(0, ['column public.users.plan is left'])).toEqual(['fails not_undone'])
  expect(seen(1, [])).toEqual(['fails not_undone'])
})

it('tells of a second run that does something, where the tool has a history', () => {
  const twice = (code: number, isFixedPoint: boolean) => ({
    twice: { end: ended(code), failsElsewhere: false, isFixedPoint },
  })
  expect(notRepeatable(evidence({}, twice(0, true)))).toEqual([])
  expect(inShort(notRepeatable(evidence({}, twice(0, false))))).toEqual(['fails not_repeatable'])
  expect(inShort(notRepeatable(evidence({ historyTables: [] }, twice(1, false))))).toEqual([
    'notes not_repeatable',
  ])
  expect(notRepeatable(evidence({ end: ended(1) }, twice(1, false)))).toEqual([])
})
