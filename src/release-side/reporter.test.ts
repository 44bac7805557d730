import { describe, expect, it } from 'vitest'
import { parseReport } from '../runs/reports.ts'
import { reporter } from './reporter.ts'

const wholeBytes = 4_096

describe('a report', () => {
  it.each([
    ['letters', 'a'],
    ['letters of other languages', '語'],
    ['control characters', '\u0001'],
    ['halves of characters', '\ud800'],
  ])('fits into what a pipe takes whole, whatever is in its words: %s', (_, character) => {
    const written: string[] = []
    const { send } = reporter((line) => written.push(line) > 0)
    const words = character.repeat(10_000)
    send({ kind: 'progress', done: 1, total: 2, label: words, rests: words, isOver: true })
    expect(Buffer.byteLength(written[0] ?? '')).toBeLessThan(wholeBytes - 100)
    expect(parseReport(written[0] ?? '')).toMatchObject({ done: 1, total: 2, isOver: true })
  })

  it('that is the last is written as soon as there is a place for it', async () => {
    const written: string[] = []
    let isFull = true
    const { send, end } = reporter((line) => !isFull && written.push(line) > 0)
    send({ kind: 'progress', done: 1 })
    const ended = end()
    expect(written).toEqual([])
    isFull = false
    await ended
    expect(written).toEqual(['{"kind":"progress","done":1}'])
  })
})
