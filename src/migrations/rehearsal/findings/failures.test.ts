import { expect, it } from 'vitest'
import { evidence, inShort, statement } from '../../../../test/corpus/hand-written.ts'
import { causeOf, failsAlways, failsOnData } from './failures.ts'

const failing = (sqlState: string) => statement({ failure: { sqlState, table: 'public.users' } })
const ended = (code: number) => ({ code, ms: 1, escapes: [] })

it.each([
  ...['23502', '23514', '22P02', '22003', '21000', '54000', 'P0001', 'P0004', '57014', '20000', 'CHK01'].map(
    (state) => [state, 'data'] as const,
  ),
  ...['42P07', '42601', '55P04', '0A000', '25001', '2BP01', '22023', '54011'].map(
    (state) => [state, 'statement'] as const,
  ),
  ...['53100', '57P01', '58030', '08006'].map((state) => [state, 'server'] as const),
])('takes %s for a matter of the %s', (sqlState, cause) => expect(causeOf(sqlState)).toBe(cause))

it('tells the statement that ended it, and nothing of what the server said', () => {
  const statements = [statement(), failing('23502'), failing('25P02')]
  const [finding] = failsOnData(evidence({ statements, end: ended(3) }))
  expect(finding).toMatchObject({ hazard: 'fails_on_data', table: 'public.users', statement: 1 })
  expect(finding?.evidence).toBe(
    'Statement 2 (ALTER TABLE) of 3 statements failed with SQLSTATE 23502 about table public.users, and its command ended with 3.',
  )
  expect(failsAlways(evidence({ statements, end: ended(3) }))).toEqual([])
})

it('tells of a failure that the tool said nothing about', () => {
  const transactions = [{ session: 's', transaction: 1, end: 'rolled back' } as const]
  const found = failsAlways(evidence({ statements: [failing('42601')], transactions }))
  expect(inShort(found)).toEqual(['fails fails_always public.users'])
  expect(found[0]?.evidence).toContain('its command still said that it succeeded')
})

it('leaves what was undone to a savepoint, and a look at what may be missing', () => {
  expect(failsAlways(evidence({ statements: [failing('42601')] }))).toEqual([])
  const transactions = [{ session: 's', transaction: 1, end: 'rolled back' } as const]
  const look = statement({ text: 'select version from history', failure: { sqlState: '42P01' } })
  expect(failsAlways(evidence({ statements: [look], transactions }))).toEqual([])
  expect(failsAlways(evidence({ statements: [failing('42P01')], transactions }))).toHaveLength(1)
})

it('says nothing of the migration where the server failed', () => {
  const traced = evidence({ statements: [failing('53100')], end: ended(3) })
  expect([...failsAlways(traced), ...failsOnData(traced)]).toEqual([])
})
