import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeHint } from '../../../src/queues/hint-codec.ts'
import { drain, hints, openAt, stubCredentials } from '../../support/fauxqs/open.ts'
import { type Stage, startStage } from '../../support/fauxqs/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(stubCredentials)

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('hints received from SQS', () => {
  it('[1] may come twice, which harms neither', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(20))
    using _ = stage.proxy.inject('ReceiveMessage', { kind: 'double' })
    expect(await drain(queue)).toEqual(numbers(20).flatMap((slice) => [slice, slice]))
    await queue[Symbol.asyncDispose]()
    expect(await stage.server.look(name)).toMatchObject({ ready: 0, inFlight: 0 })
    expect(queue.reports).toEqual([])
  })

  it.each([7, 8])('[16] come in any order (seed %i), and all of them', async (seed) => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    using _ = stage.proxy.inject('any', { kind: 'shuffle', seed })
    await queue.send(hints(60))
    const slices = []
    for (const _ of numbers(60)) {
      const delivery = await queue.receive({ leaseMs: 30_000, waitMs: 5_000 })
      slices.push(delivery?.hint.slice)
      await delivery?.ack()
    }
    expect(slices).not.toEqual(numbers(60))
    expect(slices.sort((a, b) => Number(a) - Number(b))).toEqual(numbers(60))
  })

  it('come to whoever waits within a few milliseconds', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await using lead = await openAt(stage.proxy.url, name)
    const took = []
    for (const _ of numbers(10)) {
      const received = queue.receive({ leaseMs: 5_000, waitMs: 5_000 })
      await lead.send(hints(1))
      const sent = performance.now()
      await (await received)?.ack()
      took.push(performance.now() - sent)
    }
    expect(took.sort((a, b) => a - b)[5]).toBeLessThan(100)
  })

  it('are waited for no longer than was asked', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    for (const waitMs of [0, 300, 1_200]) {
      const took: number[] = []
      for (const _ of numbers(3)) {
        const began = performance.now()
        expect(await queue.receive({ leaseMs: 5_000, waitMs })).toBeUndefined()
        took.push(performance.now() - began)
      }
      const least = Math.min(...took) // the machine may pause in any of them
      expect(least).toBeGreaterThanOrEqual(waitMs - 2)
      expect(least).toBeLessThan(waitMs + 400)
    }
  })

  it('are waited for no longer than the signal lets, and go to others then', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await using other = await openAt(stage.proxy.url, name)
    const ending = new AbortController()
    const received = queue.receive({ leaseMs: 60_000, waitMs: 20_000 }, ending.signal)
    const began = performance.now()
    ending.abort()
    expect(await received).toBeUndefined()
    expect(await queue.receive({ leaseMs: 60_000, waitMs: 20_000 }, ending.signal)).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(5_000)
    await other.send(hints(1))
    expect((await other.receive({ leaseMs: 60_000, waitMs: 5_000 }))?.hint.slice).toBe(0)
  })

  it('come again after the delay that was said, in whole seconds', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(1))
    for (const [delayMs, seconds, leastMs] of [
      [0, 0, 0],
      [1_200, 2, 1_900],
    ] as const) {
      const delivery = await queue.receive({ leaseMs: 60_000, waitMs: 10_000 })
      const before = stage.proxy.calls.length
      await delivery?.retry(delayMs)
      const began = performance.now()
      const again = await queue.receive({ leaseMs: 60_000, waitMs: 20_000 })
      expect(again?.redelivered).toBe(true)
      expect(performance.now() - began).toBeGreaterThanOrEqual(leastMs)
      const hidden = stage.proxy.calls
        .slice(before)
        .filter(({ action }) => action === 'ChangeMessageVisibilityBatch')
        .flatMap(({ body }) => body.Entries?.map(({ VisibilityTimeout }) => VisibilityTimeout))
      expect(hidden).toEqual([seconds])
      await again?.retry(0)
    }
    const last = await queue.receive({ leaseMs: 60_000, waitMs: 10_000 })
    await last?.retry(100 * 3_600_000)
    expect((await stage.server.look(name)).hiddenMs[0]).toBeGreaterThan(11.9 * 3_600_000)
  })

  it('are shared between several who wait in one process', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    const waiting = numbers(25).map(() => queue.receive({ leaseMs: 30_000, waitMs: 10_000 }))
    await queue.send(hints(25))
    const slices = (await Promise.all(waiting)).map((delivery) => delivery?.hint.slice)
    expect(slices.sort((a, b) => Number(a) - Number(b))).toEqual(numbers(25))
  })

  it('are ten thousand, and none is missing', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.server.url, name)
    expect(await queue.send(hints(10_000))).toEqual([])
    const slices = await drain(queue)
    expect(slices).toEqual(numbers(10_000))
    await queue[Symbol.asyncDispose]()
    expect(await stage.server.look(name)).toMatchObject({ ready: 0, inFlight: 0 })
  })
})

const [hint] = hints(1)
const ours = JSON.parse(encodeHint(hint as never))

describe('messages that are not ours', () => {
  const bodies = [
    'a secret of somebody else',
    '<xml/>',
    'null',
    '[]',
    '7',
    '{"Records":[]}',
    JSON.stringify({ ...ours, purser: 99 }),
    JSON.stringify({ ...ours, slice: -1 }),
    JSON.stringify({ ...ours, batch: 'x'.repeat(100_000) }),
    '['.repeat(100_000),
  ]

  it('are left alone and told of once each, without their content, and what is behind them arrives', async () => {
    const { name, url } = await stage.makeQueue()
    await stage.server.sendBodies(url, bodies)
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(12))
    expect(await drain(queue)).toEqual(numbers(12))
    expect(queue.reports).toHaveLength(bodies.length)
    for (const report of queue.reports) {
      expect(report).toMatch(
        new RegExp(`^The message [0-9a-f-]{36} on the SQS queue ${name} was left alone: `),
      )
      expect(report).not.toMatch(/secret|xml|Records|xxx|\[\[/)
    }
    const { inFlight, hiddenMs } = await stage.server.look(name)
    expect(inFlight).toBe(bodies.length)
    expect(Math.min(...hiddenMs)).toBeGreaterThan(500_000)
  })

  it('are still there when they come again and when the queue is closed, and are not told of again', async () => {
    const { name, url } = await stage.makeQueue()
    await stage.server.sendBodies(url, bodies)
    await using queue = await openAt(stage.proxy.url, name, { hideForeignMs: 1_000 })
    const before = stage.proxy.calls.length
    expect(await queue.receive({ leaseMs: 1_000, waitMs: 3_500 })).toBeUndefined()
    const hidden = stage.proxy.calls
      .slice(before)
      .filter(({ action }) => action === 'ChangeMessageVisibilityBatch')
      .reduce((sum, { body }) => sum + (body.Entries?.length ?? 0), 0)
    expect(hidden).toBeGreaterThanOrEqual(2 * bodies.length)
    expect(queue.reports).toHaveLength(bodies.length)
    await queue[Symbol.asyncDispose]()
    const { ready, inFlight } = await stage.server.look(name)
    expect(ready + inFlight).toBe(bodies.length)
  })
})
