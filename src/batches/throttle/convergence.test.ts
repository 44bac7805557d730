import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextState, unread } from './controller.ts'

/** What a signal is, as a share of its max, one second after the batch went at this speed. */
type Load = (speed: number) => number

/** Each second's pressure and the speed that followed from it. */
function simulate(load: Load, seconds = 240): { pressures: number[]; speeds: number[] } {
  const pressures: number[] = []
  const speeds: number[] = []
  let state = unread
  for (let second = 0; second < seconds; second += 1) {
    const value = load(state.pace.speed)
    state = nextState(state, [{ name: 'load', unit: '', max: 1, value }])
    pressures.push(value)
    speeds.push(state.pace.speed)
  }
  return { pressures, speeds }
}

/** The most seconds in a row that a pressure was above its max. */
function longestOver(pressures: readonly number[]): number {
  const runs = pressures.map((pressure) => (pressure > 1 ? '!' : ' ')).join('')
  return Math.max(0, ...runs.split(' ').map((run) => run.length))
}

function expectSettled({ pressures, speeds }: ReturnType<typeof simulate>, within = 0.03): void {
  const last = pressures.slice(-60)
  expect(Math.min(...last)).toBeGreaterThan(0.9 - within)
  expect(Math.max(...last)).toBeLessThan(0.95 + within)
  const lastSpeeds = speeds.slice(-60)
  expect(Math.max(...lastSpeeds) / Math.min(...lastSpeeds)).toBeLessThan(1.1)
}

/** Follows the load at once, as WAL does, above what others make. */
const proportional =
  (others: number, ours: number): Load =>
  (speed) =>
    others + ours * speed

/** Adds up while more is written than a replica can replay: a share of the batch's full speed. */
function replica(capacity: number, maxSeconds: number): Load {
  let seconds = 0
  return (speed) => {
    const behind = speed > capacity ? 1 - capacity / speed : -(1 - speed / capacity)
    seconds = Math.max(0, seconds + behind)
    return seconds / maxSeconds
  }
}

/** Soars near saturation, as a queue's waiting time does. */
const queue =
  (idle: number, others: number): Load =>
  (speed) =>
    Math.min(10, idle / Math.max(0.01, 1 - others - speed))

describe('a batch alone with a signal', () => {
  it('settles below the max of one that follows the load, and is never above it for long', () => {
    const others = fc.double({ min: 0, max: 0.7, noNaN: true })
    fc.assert(
      fc.property(others, fc.double({ min: 0.5, max: 8, noNaN: true }), (base, ours) => {
        const run = simulate(proportional(base, ours))
        if (base + ours < 0.9) expect(run.speeds.at(-1)).toBe(1)
        else expectSettled(run)
        expect(longestOver(run.pressures)).toBeLessThanOrEqual(10)
      }),
      { numRuns: 40 },
    )
  })

  it('settles where a replica can just follow', () => {
    const capacity = fc.double({ min: 0.15, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(capacity, fc.double({ min: 2, max: 20, noNaN: true }), (replayed, maxSeconds) => {
        const run = simulate(replica(replayed, maxSeconds), 400)
        expectSettled(run)
        expect(Math.max(...run.pressures)).toBeLessThan(1.6)
        expect(longestOver(run.pressures)).toBeLessThanOrEqual(25)
      }),
      { numRuns: 40 },
    )
  })

  it('settles before a queue is full', () => {
    const share = fc.double({ min: 0.05, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(share, fc.double({ min: 0.05, max: 0.3, noNaN: true }), (idle, others) => {
        const run = simulate(queue(idle, others))
        expectSettled(run, 0.15)
        expect(longestOver(run.pressures)).toBeLessThanOrEqual(3)
      }),
      { numRuns: 40 },
    )
  })

  it('is kept near the target by one that is noisy, and not stopped', () => {
    const noise = fc.array(fc.double({ min: 0.85, max: 1.15, noNaN: true }), {
      minLength: 240,
      maxLength: 240,
    })
    fc.assert(
      fc.property(noise, (factors) => {
        const left = [...factors]
        const run = simulate((speed) => 3 * speed * (left.pop() ?? 1))
        const last = run.pressures.slice(-100)
        expect(last.reduce((sum, one) => sum + one) / last.length).toBeGreaterThan(0.75)
        expect(last.filter((one) => one > 1).length).toBeLessThan(12)
        expect(Math.min(...run.speeds.slice(1))).toBeGreaterThan(0.15)
      }),
      { numRuns: 30 },
    )
  })

  it('gives way when others need more, and takes back what they leave', () => {
    let second = 0
    const run = simulate((speed) => {
      second += 1
      return (second > 80 && second <= 160 ? 0.7 : 0.1) + speed
    })
    const mean = (from: number, to: number) =>
      run.speeds.slice(from, to).reduce((sum, one) => sum + one) / (to - from)
    for (const [from, to, room] of [
      [60, 80, 0.8],
      [140, 160, 0.2],
      [220, 240, 0.8],
    ] as const) {
      expect(mean(from, to)).toBeGreaterThan(room - 0.02)
      expect(mean(from, to)).toBeLessThan(room + 0.07)
    }
  })
})
