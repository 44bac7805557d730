import { describe, expect, it } from 'vitest'
import type { RehearsalRecord } from '../runs/rehearsal.ts'
import type { Gate } from './gate.ts'
import { type AskedMigration, type KnownRehearsal, passingRehearsal, rehearsalGate } from './rehearsal.ts'

const subject = { database: 'main', content: 'c1', startingSchema: 's1', identity: 'i1' }
const asked: AskedMigration = {
  task: 'migrate',
  environment: 'production',
  subject,
  release: 'r1',
}
const hour = 3_600_000
const freshness = { maxAgeMs: 24 * hour, now: 100 * hour }

function rehearsal(
  change: Partial<RehearsalRecord> = {},
  known: Partial<KnownRehearsal> = {},
): KnownRehearsal {
  const record: RehearsalRecord = {
    ...{ verdict: 'pass', findings: [], gaps: [], passes: [] },
    ...subject,
    ...change,
  }
  return { run: 'k3m9q-2x7vd', release: 'r1', at: 99 * hour, record, ...known }
}

// what it asks is its own
const nobodys = [{}, {}] as unknown as Parameters<Gate['check']>

describe('the gate of rehearsals', () => {
  it('takes a fresh pass of exactly what is asked', () => {
    const known = rehearsal()
    expect(passingRehearsal(asked, [known], freshness)).toBe(known)
  })

  it('refuses what was never rehearsed', () => {
    expect(passingRehearsal(asked, [], freshness)).toMatchObject({
      code: 'REHEARSAL_MISSING',
      message: 'Migration "migrate" was never rehearsed for production.',
      remedy: 'Rehearse it: `purser rehearse migrate -e production`.',
    })
  })

  it('asks for no rehearsal of nothing', async () => {
    const gate = rehearsalGate(async () => ({ needless: 'nothing is pending' }))
    expect(await gate.check(...nobodys)).toEqual({ needless: 'nothing is pending' })
  })

  it.each([
    [{ content: 'c2' }, {}, 'its content has changed'],
    [{ startingSchema: 's2' }, {}, 'the schema that it begins with has changed'],
    [{ identity: 'i2' }, {}, 'the database has changed'],
    [{}, { release: 'r2' }, 'the release has changed'],
    [
      { content: 'c2', identity: 'i2' },
      { release: 'r2' },
      'its content, the database and the release have changed',
    ],
  ])('names what differs: %o %o', (change, known, words) => {
    const found = passingRehearsal(asked, [rehearsal(change, known)], freshness)
    expect(found).toMatchObject({ code: 'REHEARSAL_DIFFERS' })
    expect(found).toHaveProperty('message', expect.stringContaining(`since run k3m9q-2x7vd, ${words}.`))
  })

  it('goes by the newest rehearsal of the same: a later fail counts more than an earlier pass', () => {
    const passed = rehearsal({}, { run: 'old', at: 98 * hour })
    const failed = rehearsal(
      {
        verdict: 'fail',
        findings: [{ hazard: 'table_rewrite', weight: 'fails', evidence: '', remedy: '' }],
      },
      { run: 'new' },
    )
    expect(passingRehearsal(asked, [passed, failed], freshness)).toMatchObject({
      code: 'REHEARSAL_NOT_PASSED',
      message: expect.stringContaining('run new, failed with 1 finding: table_rewrite.'),
    })
    expect(passingRehearsal(asked, [failed, { ...passed, at: 100 * hour }], freshness)).toHaveProperty(
      'run',
      'old',
    )
  })

  it('never takes for a pass what could not be seen', () => {
    const found = passingRehearsal(asked, [rehearsal({ verdict: 'not-rehearsed' })], freshness)
    expect(found).toMatchObject({ code: 'REHEARSAL_NOT_PASSED' })
  })

  it('does not compare with one that was never played', () => {
    const known = rehearsal({ verdict: 'not-rehearsed', content: '', startingSchema: '', identity: '' })
    expect(passingRehearsal(asked, [known], freshness)).toMatchObject({ code: 'REHEARSAL_NOT_PASSED' })
  })

  it('refuses one that is a millisecond too old, and one of the future', () => {
    const at = freshness.now - freshness.maxAgeMs
    expect(passingRehearsal(asked, [rehearsal({}, { at })], freshness)).toHaveProperty('run')
    expect(passingRehearsal(asked, [rehearsal({}, { at: at - 1 })], freshness)).toMatchObject({
      code: 'REHEARSAL_STALE',
    })
    expect(passingRehearsal(asked, [rehearsal({}, { at: freshness.now + 1 })], freshness)).toMatchObject({
      code: 'REHEARSAL_STALE',
      message: expect.stringContaining('yet to come'),
    })
  })
})
