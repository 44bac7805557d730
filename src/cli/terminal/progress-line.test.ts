import { describe, expect, it } from 'vitest'
import { describeProgress } from './progress-line.ts'

describe('progress', () => {
  const progress = { done: 58_000, total: 135_233, label: 'places', at: 3_400 }

  it('tells share, amount, rate and rest', () => {
    expect(describeProgress(progress, { done: 0, at: 1_000 })).toBe(
      '━━━━━━━━━━────────────── 42 %  58,000 of 135,233 places  24,167/s  3.2 s left',
    )
  })

  it('of a run that has ended has no rest', () => {
    expect(describeProgress(progress)).toBe('━━━━━━━━━━────────────── 42 %  58,000 of 135,233 places')
  })

  it('without a total is an amount', () => {
    expect(describeProgress({ done: 7, at: 1 })).toBe('7')
  })

  it('never lets a label act on the terminal', () => {
    expect(describeProgress({ done: 1, at: 1, label: '\u001b[2J\nx' })).toBe('1  [2J x')
  })
})
