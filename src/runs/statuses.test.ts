import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allStatuses, isEnd, mayMove, moves, type Status, statuses } from './statuses.ts'

const anyStatus = fc.constantFrom(...allStatuses)

describe('statuses', () => {
  it('have a sentence and a row of moves each', () => {
    expect(Object.keys(moves).sort()).toEqual(Object.keys(statuses).sort())
  })

  it('are reached from queued, and reach an end from wherever they are', () => {
    const reached = new Set<Status>(['queued'])
    for (const status of reached) for (const next of moves[status]) reached.add(next)
    expect([...reached].sort()).toEqual([...allStatuses].sort())
    for (const status of allStatuses) expect(pathToEnd(status), status).toBe(true)
  })

  it('are left by no way once they are an end', () => {
    expect(allStatuses.filter(isEnd).sort()).toEqual(
      ['cancelled', 'failed', 'lost', 'refused', 'succeeded', 'timed-out'].sort(),
    )
    fc.assert(fc.property(anyStatus, anyStatus, (from, to) => !isEnd(from) || !mayMove(from, to)))
  })

  it('never start work before the gates have answered, nor refuse once it is at work', () => {
    const beforeRefused = allStatuses.filter((status) => mayMove(status, 'refused'))
    const beforeRunning = allStatuses.filter((status) => mayMove(status, 'running'))
    expect(beforeRefused).toEqual(['queued', 'starting', 'cancelling'])
    expect(beforeRunning).toEqual(['starting'])
  })
})

function pathToEnd(status: Status, seen: readonly Status[] = []): boolean {
  if (isEnd(status)) return true
  return moves[status].some((next) => !seen.includes(next) && pathToEnd(next, [...seen, status]))
}
