import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ControllerState, nextState, unread } from './controller.ts'
import type { Reading } from './reading.ts'

const lag = (value: number): Reading => ({ name: 'replica lag', unit: 's', max: 5, value })
const wal = (value: number): Reading => ({ name: 'WAL', unit: 'MB/s', max: 20, value })
const silent: Reading = { name: 'replica lag', cannotRead: 'connection refused' }

/** The state after each of these rounds. */
function follow(rounds: readonly (readonly Reading[])[], from: ControllerState = unread): ControllerState[] {
  let state = from
  return rounds.map((readings) => {
    state = nextState(state, readings)
    return state
  })
}

const stateAfter = (rounds: readonly (readonly Reading[])[], from?: ControllerState) =>
  follow(rounds, from).at(-1) ?? unread

const often = (times: number, ...readings: Reading[]) => Array.from({ length: times }, () => readings)
const atFullSpeed = stateAfter(often(20, lag(0)))

describe('the pace', () => {
  it('is a stop before anything was read', () => {
    expect(unread.pace).toEqual({ speed: 0, sizeFactor: 1, limiting: 'stopped: no signal has been read yet' })
  })

  it('begins small, and is at full speed within ten good readings', () => {
    const speeds = follow(often(11, lag(0))).map(({ pace }) => pace.speed)
    expect(speeds[0]).toBe(0.2)
    expect(speeds[5]).toBeLessThan(0.5)
    expect(speeds.at(-1)).toBe(1)
  })

  it('has no words at full speed', () => {
    expect(atFullSpeed.pace).toEqual({ speed: 1, sizeFactor: 1 })
  })

  it('says by what it is limited', () => {
    expect(stateAfter([[lag(7.5)]], atFullSpeed).pace.limiting).toBe('throttled: replica lag 7.5 s > 5 s')
    expect(stateAfter([[lag(12)]], atFullSpeed).pace.limiting).toBe('stopped: replica lag 12 s > 5 s')
    expect(stateAfter([[silent]], atFullSpeed).pace.limiting).toBe(
      "stopped: replica lag can't be read: connection refused",
    )
    expect(stateAfter(often(2, lag(0))).pace.limiting).toBe('speeding up')
  })

  it('names the strictest of several signals', () => {
    const both = stateAfter(often(20, lag(0), wal(0)))
    expect(stateAfter([[lag(1), wal(26)]], both).pace.limiting).toBe('throttled: WAL 26 MB/s > 20 MB/s')
    expect(stateAfter([[lag(9), wal(26)]], both).pace.limiting).toBe('throttled: replica lag 9 s > 5 s')
    expect(stateAfter([[silent, wal(90)]], both).pace.limiting).toContain('replica lag can')
  })

  it('is slowed the more, the farther a signal is over its max', () => {
    const speeds = [5.5, 6.5, 7.5, 9].map((value) => stateAfter(often(2, lag(value)), atFullSpeed).pace.speed)
    expect(speeds).toEqual([...speeds].sort((a, b) => b - a))
    expect(new Set(speeds).size).toBe(4)
  })

  it('stays where it is between 0.9 and 0.95 of a max', () => {
    const steady = stateAfter(often(60, lag(4.6)), stateAfter(often(3, lag(6)), atFullSpeed))
    expect(steady.pace.speed).toBeLessThan(1)
    expect(stateAfter(often(9, lag(4.6)), steady).pace.speed).toBeCloseTo(steady.pace.speed, 3)
    expect(steady.pace.limiting).toBe('throttled: replica lag 4.6 s of 5 s')
  })
})

describe('a stop', () => {
  it.each([
    ['is twice its max', lag(10)],
    ['can’t be read', silent],
    ['is over a max of nothing', { name: 'autovacuum workers on places', unit: '', max: 0, value: 1 }],
  ])('comes at the first reading that %s', (_what, reading) => {
    expect(atFullSpeed.pace.speed).toBe(1)
    expect(stateAfter([[reading]], atFullSpeed).pace.speed).toBe(0)
  })

  it('lasts until every signal is good again, and then the batch begins small', () => {
    const states = follow([[lag(12)], [lag(8)], [lag(5.1)], [lag(4.9)], [lag(1)]], atFullSpeed)
    expect(states.map(({ pace }) => pace.speed > 0)).toEqual([false, false, false, true, true])
    expect(states[3]?.pace.speed).toBe(0.2)
    expect(states[1]?.pace.limiting).toBe('stopped: replica lag 8 s > 5 s')
  })

  it('that soon comes again is followed by a smaller beginning each time', () => {
    const states = follow(
      Array.from({ length: 8 }, (_, round) => [lag(round % 2 === 0 ? 12 : 0)]),
      atFullSpeed,
    )
    const begun = states.map(({ pace }) => pace.speed).filter((speed) => speed > 0)
    expect(begun).toEqual([0.2, 0.1, 0.05, 0.025])
  })

  it('is not outlasted by what the signal was before it', () => {
    const over = stateAfter(often(5, lag(9)), atFullSpeed)
    const again = stateAfter([[silent], [lag(0)], [lag(0)]], over)
    expect(again.pace.limiting).toBe('speeding up')
  })

  it('is over for good once the signal is', () => {
    const recovered = stateAfter([...often(50, silent), ...often(20, lag(0))], atFullSpeed)
    expect(recovered.pace.speed).toBe(1)
  })
})

describe('the size of slices', () => {
  it('is the same through a short slowness', () => {
    expect(stateAfter(often(8, lag(12)), atFullSpeed).pace.sizeFactor).toBe(1)
  })

  it('shrinks smoothly to a tenth when the batch is slow for long, and grows back', () => {
    const slow = follow(often(60, lag(7)), atFullSpeed).map(({ pace }) => pace.sizeFactor)
    slow.slice(1).forEach((factor, at) => {
      expect(factor / (slow[at] ?? 1)).toBeGreaterThan(0.89)
    })
    expect(slow.at(-1)).toBeCloseTo(0.1)
    const recovered = stateAfter(often(60, lag(0)), stateAfter(often(60, lag(7)), atFullSpeed))
    expect(recovered.pace).toEqual({ speed: 1, sizeFactor: 1 })
  })
})

const anyReading = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 12, noNaN: true }).map(lag) },
  { weight: 1, arbitrary: fc.constant(silent) },
)
const anyRounds = fc.array(fc.tuple(anyReading, anyReading), { maxLength: 60 })

describe('whatever the signals say, the pace', () => {
  it('is within its bounds, never faster by more than a fifth, and has words exactly where it is not full', () => {
    fc.assert(
      fc.property(anyRounds, (rounds) => {
        let before = unread.pace
        for (const { pace } of follow(rounds)) {
          expect(pace.speed === 0 || (pace.speed >= 0.01 && pace.speed <= 1)).toBe(true)
          expect(pace.sizeFactor >= 0.1 && pace.sizeFactor <= 1).toBe(true)
          expect(pace.speed).toBeLessThanOrEqual(before.speed === 0 ? 0.2 : before.speed * 1.2 + 1e-9)
          expect(pace.limiting === undefined).toBe(pace.speed === 1)
          before = pace
        }
      }),
    )
  })

  it('is a stop at once for a signal that is far over or silent, beside any others', () => {
    const bad = fc.oneof(fc.constant(silent), fc.double({ min: 10, max: 1e9, noNaN: true }).map(lag))
    fc.assert(
      fc.property(anyRounds, bad, anyReading, fc.boolean(), (rounds, one, other, first) => {
        expect(nextState(stateAfter(rounds), first ? [one, other] : [other, one]).pace.speed).toBe(0)
      }),
    )
  })

  it('is never faster for a worse reading', () => {
    const value = fc.double({ min: 0, max: 15, noNaN: true })
    fc.assert(
      fc.property(anyRounds, anyReading, value, value, (rounds, other, a, b) => {
        const state = stateAfter(rounds)
        const speed = (one: number) => nextState(state, [lag(one), other]).pace.speed
        expect(speed(Math.max(a, b))).toBeLessThanOrEqual(speed(Math.min(a, b)))
      }),
    )
  })

  it('comes back to full speed when all is good', () => {
    fc.assert(
      fc.property(anyRounds, (rounds) => {
        expect(stateAfter(often(60, lag(0), lag(0)), stateAfter(rounds)).pace).toEqual({
          speed: 1,
          sizeFactor: 1,
        })
      }),
    )
  })
})
