import { describe, expect, it } from 'vitest'
import { lock, statement, work } from '../../../test/corpus/hand-written.ts'
import { Recorder } from './recorder.ts'

describe('a recorder', () => {
  it('tells many like statements as a few, and all of what they did', () => {
    const recorder = new Recorder()
    for (let n = 0; n < 100_000; n += 1)
      recorder.afterStatement(
        n % 2 === 0
          ? statement({ text: 'insert', ms: 1, tables: { 'public.t': work({ inserted: 1 }) } })
          : statement({ text: 'select', ms: 1 }),
      )
    expect(recorder.statements.length).toBeLessThan(5_010)
    const inserted = recorder.statements.map(({ tables }) => tables.get('public.t')?.inserted ?? 0)
    expect(inserted.reduce((sum, one) => sum + one, 0)).toBe(50_000)
    expect(recorder.statements.reduce((sum, { ms }) => sum + ms, 0)).toBe(100_000)
  })

  it('keeps apart what failed, what locked, and what was in another transaction', () => {
    const recorder = new Recorder()
    for (let n = 0; n < 6_000; n += 1) recorder.afterStatement(statement({ text: 'update' }))
    const before = recorder.statements.length
    recorder.afterStatement(statement({ text: 'update', transaction: 2 }))
    recorder.afterStatement(statement({ text: 'update', transaction: 2, failure: { sqlState: '23505' } }))
    recorder.afterStatement(
      statement({ text: 'update', transaction: 2, locks: [lock('public.t', 'ShareLock')] }),
    )
    expect(recorder.statements.length).toBe(before + 3)
  })
})
