import { describe, expect, it } from 'vitest'
import { SqsFailure } from './failures.ts'
import { Health } from './health.ts'

function make() {
  const reports: string[] = []
  const health = new Health('work', 'SQS (eu-west-1)', (sentence) => reports.push(sentence))
  const failed = (kind: SqsFailure['kind'], action = 'receive') =>
    health.failed(action, new SqsFailure(kind, 'why'))
  const answered = (action = 'receive', beganMs = performance.now()) => health.answered(action, beganMs)
  return { health, reports, failed, answered }
}

describe('what keeps a queue from going on', () => {
  it.each([
    ['throttled', /^waiting: SQS throttles$/, 0],
    ['over-limit', /^waiting: SQS in-flight limit$/, 0],
    ['gone', /^waiting: queue work is gone$/, 1],
    ['refused', /^waiting: SQS \(eu-west-1\) refuses since \d+ ms$/, 1],
    ['failing', /^waiting: SQS \(eu-west-1\) fails since \d+ ms$/, 1],
    ['unreachable', /^waiting: SQS \(eu-west-1\) is unreachable since \d+ ms$/, 1],
  ] as const)('is told when it is %s, and reported once where it may last', (kind, condition, reported) => {
    const { health, reports, failed, answered } = make()
    failed(kind)
    failed(kind)
    expect(health.condition()).toMatch(condition)
    expect(reports).toHaveLength(reported)
    answered()
    answered()
    expect(health.condition()).toBeUndefined()
    expect(reports).toHaveLength(2 * reported)
  })

  it('is not over by an answer to what was asked before', () => {
    const { health, failed, answered } = make()
    failed('gone')
    answered('receive', performance.now() - 1_000)
    expect(health.condition()).toBe('waiting: queue work is gone')
  })

  it('is not over by an answer to other calls, where it is theirs alone', () => {
    const { health, reports, failed, answered } = make()
    failed('refused', 'change')
    answered('receive')
    failed('refused', 'change')
    expect(health.condition()).toMatch(/refuses/)
    expect(reports).toHaveLength(1)
  })

  it('is still a queue that is gone when too many ask for it', () => {
    const { health, failed } = make()
    failed('gone')
    failed('throttled')
    expect(health.condition()).toBe('waiting: queue work is gone')
  })
})
