import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Turns, untilTurn } from './turns.ts'

const usualMs = 5
const turn = (rank: number, of: number, speed: number, at: number) =>
  untilTurn({ rank, of }, { speed, usualMs, at })

/** How many of them have their turn at these moments. */
const atWork = (of: number, speed: number, at: number) =>
  Array.from({ length: of }, (_, rank) => turn(rank, of, speed, at)).filter((wait) => wait === 0).length

describe('turns', () => {
  it('are one after another where two go at half of their speed', () => {
    for (let at = 0.5; at < 1_000; at += 1) expect(atWork(2, 0.5, at)).toBe(1)
  })

  it('are those of as many at the same time as the speed asks for, and never of more', () => {
    const moment = fc.double({ min: 0, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.double({ min: 0.05, max: 0.99, noNaN: true }),
        moment,
        (of, speed, at) => {
          expect(Math.abs(atWork(of, speed, at) - of * speed)).toBeLessThan(1 + 1e-6)
        },
      ),
    )
  })

  it('take a share of the time that is the speed, and begin when it was said', () => {
    const moments = Array.from({ length: 4_000 }, (_, at) => at / 4)
    const working = moments.filter((at) => turn(1, 3, 0.3, at) === 0)
    expect(working.length / moments.length).toBeCloseTo(0.3, 2)
    for (const at of moments) {
      const wait = turn(1, 3, 0.3, at) ?? Number.NaN
      expect(turn(1, 3, 0.3, at + wait + 0.01)).toBe(0)
    }
  })

  it('are longer where slices take long, and none where they take too long, or nobody else is there', () => {
    const waits = Array.from({ length: 1_000 }, (_, at) =>
      untilTurn({ rank: 0, of: 2 }, { speed: 0.5, usualMs: 400, at: at * 7 }),
    )
    expect(Math.max(...waits.map((wait) => wait ?? 0))).toBeGreaterThan(700)
    expect(untilTurn({ rank: 0, of: 2 }, { speed: 0.01, usualMs: 400, at: 0 })).toBeUndefined()
    expect(turn(0, 1, 0.5, 60)).toBeUndefined()
  })
})

describe('a worker', () => {
  const drained = AbortSignal.abort()

  it('asks for its place when it is to rest, and not for every slice', async () => {
    let asked = 0
    const turns = new Turns({
      place: async () => {
        asked += 1
        return { rank: 0, of: 2, clockMs: 0 }
      },
    })
    await turns.rest(5, 1, drained)
    expect(asked).toBe(0)
    for (let slice = 0; slice < 5; slice += 1) await turns.rest(5, 0.5, drained)
    expect(asked).toBe(1)
  })

  it('that is alone rests as long as it worked, at half of the speed', async () => {
    const turns = new Turns({ place: async () => ({ rank: 0, of: 1, clockMs: 0 }) })
    const began = performance.now()
    await turns.rest(60, 0.5, new AbortController().signal)
    expect(performance.now() - began).toBeGreaterThan(55)
  })

  it('is at full speed when it need not rest, which is not known before its first slice', async () => {
    const turns = new Turns({ place: async () => ({ rank: 0, of: 1, clockMs: 0 }) })
    expect(turns.isAtFullSpeed).toBe(false)
    await turns.rest(5, 1, drained)
    expect(turns.isAtFullSpeed).toBe(true)
    await turns.rest(5, 0.9, drained)
    expect(turns.isAtFullSpeed).toBe(false)
  })
})
