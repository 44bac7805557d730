import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterSlice, type SliceSizing, startSizing } from './slice-size.ts'

/** After so many slices that took what `ms` says of their rows. */
function run(sizing: SliceSizing, slices: number, ms: (rows: number) => number): SliceSizing {
  let now = sizing
  for (let slice = 0; slice < slices; slice += 1) now = afterSlice(now, { rows: now.rows, ms: ms(now.rows) })
  return now
}

describe('the size of slices', () => {
  it('comes to what takes the target, with what a slice costs by itself', () => {
    const ms = (rows: number) => 20 + rows * 0.1
    const { rows } = run(startSizing(500), 100, ms)
    expect(ms(rows) / 500).toBeGreaterThan(0.88)
    expect(ms(rows) / 500).toBeLessThan(0.97)
  })

  it('stays where it is once it is right', () => {
    const settled = run(startSizing(200), 60, (rows) => rows / 5)
    expect(run(settled, 20, (rows) => rows / 5).rows).toBe(settled.rows)
  })

  it('is known for any speed of rows, within its bounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (msPerRow) => {
        const { rows } = run(startSizing(1_000), 200, (asked) => asked * msPerRow)
        const ideal = Math.min(100_000, Math.max(10, 1_000 / msPerRow))
        expect(rows).toBeGreaterThanOrEqual(Math.max(10, Math.floor(ideal * 0.85)))
        expect(rows).toBeLessThanOrEqual(Math.ceil(ideal))
      }),
    )
  })

  it('never changes by more than a fifth in a step', () => {
    const slice = fc.record({
      rows: fc.nat({ max: 200_000 }),
      ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(slice), (slices) => {
        let sizing = startSizing(500, 1_000)
        for (const one of slices) {
          const next = afterSlice(sizing, one)
          expect(next.rows).toBeLessThanOrEqual(Math.min(100_000, sizing.rows * 1.2 + 0.5))
          expect(next.rows).toBeGreaterThanOrEqual(Math.max(10, sizing.rows / 1.2 - 0.5))
          sizing = next
        }
      }),
    )
  })

  it('is never larger after a slower slice', () => {
    const ms = fc.double({ min: 0, max: 1e5, noNaN: true })
    fc.assert(
      fc.property(fc.array(ms, { maxLength: 30 }), ms, ms, (past, a, b) => {
        const sizing = past.reduce((now, one) => afterSlice(now, { rows: 100, ms: one }), startSizing(500))
        const rowsAfter = (one: number) => afterSlice(sizing, { rows: 100, ms: one }).rows
        expect(rowsAfter(Math.max(a, b))).toBeLessThanOrEqual(rowsAfter(Math.min(a, b)))
      }),
    )
  })

  it('is not changed by a slice that had no rows', () => {
    const sizing = startSizing(500)
    expect(afterSlice(sizing, { rows: 0, ms: 40 })).toBe(sizing)
  })

  it('starts within its bounds', () => {
    expect([startSizing(500, 1).rows, startSizing(500, 1e9).rows]).toEqual([10, 100_000])
  })
})
