import { describe, expect, it } from 'vitest'
import type { Effects, RowCounts } from '../databases/wire.ts'
import { EnvelopeGuard } from './envelope.ts'

const built = 'create index concurrently i on users (age)'
const envelope = {
  rows: { 'public.users': { inserted: 0, updated: 1_000, deleted: 0 } },
  locks: {},
  longestStatementMs: 1,
  alone: [built],
}

function updating(updated: number, table = 'public.users'): Effects {
  const counts: RowCounts = { inserted: 0, updated, deleted: 0 }
  return { rows: new Map([[table, counts]]), locks: [] }
}

describe('the guard of an envelope', () => {
  it('adds up what was committed, and nothing of what was not', async () => {
    const guard = new EnvelopeGuard(envelope, 0.1)
    expect(await guard.beforeCommit('a', updating(600))).toBeUndefined()
    guard.afterTransaction('a', 1, 'rolled back')
    expect(await guard.beforeCommit('a', updating(600))).toBeUndefined()
    guard.afterTransaction('a', 2, 'committed')
    expect(await guard.beforeCommit('b', updating(600))).toMatchObject({
      code: 'ENVELOPE_LEFT',
      message: expect.stringContaining('1,200 rows of public.users'),
    })
    guard.afterTransaction('b', 1, 'rolled back')
    expect(await guard.beforeCommit('b', updating(500))).toBeUndefined()
  })

  it('refuses a table that was not touched in the rehearsal', async () => {
    const guard = new EnvelopeGuard(envelope, 0.1)
    expect(await guard.beforeCommit('a', updating(1, 'public.orders'))).toMatchObject({
      code: 'ENVELOPE_LEFT',
    })
  })

  it('lets commit by itself what was rehearsed to, to the letter', () => {
    const guard = new EnvelopeGuard(envelope, 0.1)
    expect(guard.mayCommitByItself(built)).toBe(true)
    expect(guard.mayCommitByItself(built.replace('age', 'email'))).toBe(false)
    expect(guard.mayCommitByItself('vacuum full')).toBe(false)
  })

  it('compares partitions that come and go together, with their indexes, under their pattern', async () => {
    const rehearsed = {
      ...envelope,
      rows: { 'public.events_1125': { inserted: 0, updated: 1_000, deleted: 0 } },
      locks: { 'public.events_1125': 'AccessExclusiveLock', 'public.events_1125_pkey': 'ShareLock' },
    }
    const all = (updated: number, table = 'public.events_1126', locked = table): Effects => ({
      ...updating(updated, table),
      locks: [{ table: locked, mode: 'AccessExclusiveLock' }],
    })
    const guard = new EnvelopeGuard(rehearsed, 0.1, ['public.events_*'])
    expect(await guard.beforeCommit('a', all(600))).toBeUndefined()
    expect(await guard.beforeCommit('a', all(600, undefined, 'public.events_1126_pkey'))).toBeUndefined()
    guard.afterTransaction('a', 1, 'committed')
    expect(await guard.beforeCommit('a', all(600, 'public.events_1127'))).toMatchObject({
      code: 'ENVELOPE_LEFT',
      message: expect.stringContaining('1,200 rows of public.events_*'),
    })
    for (const other of ['public.events', 'other.events_1126', 'xpublic.events_1126'])
      expect(await guard.beforeCommit('a', all(1, other))).toMatchObject({ code: 'ENVELOPE_LEFT' })
    const strict = new EnvelopeGuard(rehearsed, 0.1)
    expect(await strict.beforeCommit('a', all(600))).toMatchObject({ code: 'ENVELOPE_LEFT' })
  })
})
