import { expect, it } from 'vitest'
import { evidence, lock, statement, strict } from '../../../test/corpus/hand-written.ts'
import type { Evidence } from './evidence.ts'
import { judge } from './verdict.ts'

const now = new Date('2026-11-26T12:00:00Z')
const effect = statement({ tag: 'ANALYZE' })
const queues = statement({ locks: [lock('public.users', 'AccessExclusiveLock')], lockTimeoutMs: 0 })
const quiet = evidence({ statements: [effect] })
const failing = evidence({ statements: [effect, queues] })
const ended = (code: number, escapes: readonly string[] = []) => ({ code, ms: 1, escapes })

it('passes what was seen and does no harm', () => {
  expect(judge(quiet, strict, now)).toEqual({ verdict: 'pass', findings: [], gaps: [] })
})

it('fails what was found to fail', () => {
  expect(judge(failing, strict, now)).toMatchObject({ verdict: 'fail', findings: [{ hazard: 'lock_queue' }] })
})

it('fails a command that fails, also where no statement did', () => {
  expect(judge(evidence({ statements: [effect], end: ended(2) }), strict, now)).toEqual({
    verdict: 'fail',
    findings: [],
    gaps: ['Its command ended with exit code 2: what would have come after that was not seen.'],
  })
})

const unseen: Evidence = { passes: [], unfaithful: [], masked: [] }
const differs = {
  check: 'rows',
  result: 'differs',
  details: ['public.users has 3 rows, the dump 4'],
} as const

it.each<[string, Evidence, string]>([
  ['was not seen', unseen, 'The migration was not seen at work.'],
  [
    'did not come over the wire',
    evidence({ statements: [] }),
    'No statement of the migration came over the wire: it worked elsewhere, or did nothing.',
  ],
  [
    'wanted elsewhere',
    evidence({ statements: [effect], end: ended(0, ['10.0.0.5:5432']) }),
    'It tried to reach 10.0.0.5:5432 beside its database, so that it may do more than was seen.',
  ],
  [
    'had a clone that is another',
    { ...quiet, unfaithful: [differs] },
    'The clone was not what production is (rows): public.users has 3 rows, the dump 4.',
  ],
  [
    'lacks a pass',
    { ...quiet, passes: [{ pass: 'compat', result: 'failed', why: 'It has no right.' }] },
    'The compat pass could not be played: It has no right.',
  ],
])('is not rehearsed where it %s', (_, seen, gap) => {
  const { verdict, gaps } = judge(seen, strict, now)
  expect(verdict).toBe('not-rehearsed')
  expect(gaps[0]).toBe(gap)
})

it('is not rehearsed where the server of the clone failed', () => {
  const full = statement({ failure: { sqlState: '53100' } })
  const { verdict, gaps } = judge(evidence({ statements: [full], end: ended(3) }), strict, now)
  expect(verdict).toBe('not-rehearsed')
  expect(gaps[0]).toContain('SQLSTATE 53100')
})

it('fails rather than to be not rehearsed, and says what was not seen', () => {
  const seen = { ...failing, unfaithful: [differs] }
  expect(judge(seen, strict, now)).toMatchObject({ verdict: 'fail', gaps: [expect.stringContaining('rows')] })
})

it('is not rehearsed where it wanted elsewhere, whatever was found: it did not do what it does in production', () => {
  const seen = evidence({ statements: [effect, queues], end: ended(1, ['sink.example.org:443']) })
  expect(judge(seen, strict, now)).toMatchObject({
    verdict: 'not-rehearsed',
    findings: [{ hazard: 'lock_queue' }],
  })
})

it('passes, and names what was off and masked', () => {
  const seen: Evidence = {
    ...quiet,
    passes: [{ pass: 'undo', result: 'off' }],
    masked: ['public.users.name'],
  }
  expect(judge(seen, strict, now)).toEqual({
    verdict: 'pass',
    findings: [],
    gaps: [
      'The undo pass was switched off.',
      'Values of "public.users.name" were masked: lengths, duplicates and bad values of production may be others.',
    ],
  })
})

it('passes, and names what was tried with less', () => {
  const compat = {
    statements: [],
    before: [],
    after: [],
    lacking: [{ what: 'the right to be the role app', grant: 'GRANT app TO migrator' }],
  }
  const undo = { end: ended(0), left: [], untried: ['public.users'] }
  expect(judge({ ...quiet, compat, undo }, strict, now)).toMatchObject({
    verdict: 'pass',
    gaps: [
      'It lacks the right to be the role app. Give it: GRANT app TO migrator.',
      'The way back was not tried with a new row in public.users: none could be written.',
    ],
  })
})

it('is not rehearsed where its command was killed', () => {
  const seen = evidence({ statements: [effect], end: { code: 'SIGKILL', ms: 1, escapes: [] } })
  expect(judge(seen, strict, now).verdict).toBe('not-rehearsed')
})

const acceptance = { hazard: 'lock_queue', reason: 'It is night.', until: '2026-11-26' } as const

it.each([
  ['of any table', {}, 'pass'],
  ['of this table', { table: 'public.users' }, 'pass'],
  ['of another table', { table: 'public.orders' }, 'fail'],
  ['of another hazard', { hazard: 'bloat' }, 'fail'],
  ['that has ended', { until: '2026-11-25' }, 'fail'],
  ['until a day that is none', { until: 'soon' }, 'fail'],
] as const)('takes an acceptance %s for what it says', (_, more, verdict) => {
  const policy = { ...strict, accepted: [{ ...acceptance, ...more }] }
  expect(judge(failing, policy, now).verdict).toBe(verdict)
})

it('names what is accepted, and what is no more', () => {
  const accepted = judge(failing, { ...strict, accepted: [acceptance] }, now)
  expect(accepted.findings[0]?.accepted).toEqual({ reason: 'It is night.', until: '2026-11-26' })
  expect(accepted.gaps).toEqual(['lock_queue is accepted until 2026-11-26: It is night.'])
  const over = judge(failing, { ...strict, accepted: [{ ...acceptance, until: '2026-11-25' }] }, now)
  expect(over.gaps).toEqual(['That lock_queue is accepted ended on 2026-11-25: it counts again.'])
  expect(over.findings[0]?.accepted).toBeUndefined()
})
