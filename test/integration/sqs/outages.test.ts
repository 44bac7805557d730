import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drain, hints, openAt, stubCredentials } from '../../support/fauxqs/open.ts'
import { type Stage, startStage } from '../../support/fauxqs/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage({ durable: true })
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(stubCredentials)

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('a queue of SQS', () => {
  it('[11] that is deleted is waited for, and used again once it is made again', async () => {
    const { name, url } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(3))
    const held = await queue.receive({ leaseMs: 2_000, waitMs: 5_000 })
    await stage.server.deleteQueue(url)
    const lost = () =>
      held?.renew(2_000).then(
        () => undefined,
        ({ code }) => code,
      )
    await expect.poll(lost).toBe('DELIVERY_LOST')
    await expect(held?.ack()).resolves.toBeUndefined()
    await drain(queue)
    await expect.poll(() => queue.condition()).toBe(`waiting: queue ${name} is gone`)
    const received = queue.receive({ leaseMs: 5_000, waitMs: 20_000 })
    await stage.server.makeQueue(name)
    expect(await queue.send(hints(1, { sending: 2 }))).toEqual([])
    expect((await received)?.hint.sending).toBe(2)
    expect(queue.condition()).toBeUndefined()
    expect(queue.reports).toEqual([
      expect.stringMatching(`^The queue ${name} of SQS at .* is gone: `),
      expect.stringMatching(`^The queue ${name} of SQS at .* is back\\.$`),
    ])
  })

  it('goes on when SQS was killed and is there again, with everything that was sent', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name, { sendWithinMs: 1_000 })
    await queue.send(hints(30))
    const held = await queue.receive({ leaseMs: 3_000, waitMs: 5_000 })
    await stage.server.kill()
    const received = drain(queue, 20_000)
    expect(await queue.send(hints(1, { slice: 30 }))).toHaveLength(1)
    await expect
      .poll(() => queue.condition())
      .toMatch(/^waiting: SQS at 127\.0\.0\.1:\d+ \(us-east-1\) is unreachable since \d/)
    await stage.server.start()
    expect(await queue.send(hints(1, { slice: 30 }))).toEqual([])
    const slices = await received
    expect(new Set([...slices, held?.hint.slice])).toEqual(new Set(numbers(31)))
    expect(queue.condition()).toBeUndefined()
    expect(queue.reports).toEqual([
      expect.stringMatching(/^SQS at .* is unreachable: .* It is tried again\.$/),
      expect.stringMatching(/is back\.$/),
    ])
  })

  it('has what was cut off on its way here come again', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(2))
    using _ = stage.proxy.inject('ReceiveMessage', { kind: 'cut', when: 'after' }, 1)
    const deliveries = [
      await queue.receive({ leaseMs: 1_000, waitMs: 10_000 }),
      await queue.receive({ leaseMs: 1_000, waitMs: 10_000 }),
    ]
    expect(deliveries.map((delivery) => delivery?.redelivered)).toEqual([true, true])
  })

  it('does not wait for ever for an answer', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name, { callWithinMs: 500 })
    const { promise, resolve } = Promise.withResolvers<void>()
    const held = stage.proxy.inject('ReceiveMessage', { kind: 'hold', until: promise }, 1)
    const received = queue.receive({ leaseMs: 1_000, waitMs: 10_000 })
    await expect.poll(() => stage.proxy.calls.at(-1)?.action).toBe('ReceiveMessage')
    await queue.send(hints(1)) // it is received, and its answer is lost
    await expect.poll(() => queue.condition()).toMatch(/unreachable/)
    held[Symbol.dispose]()
    resolve()
    expect(await queue.receive({ leaseMs: 1_000, waitMs: 10_000 })).toMatchObject({ redelivered: true })
    expect(await received).toBeUndefined()
  })

  it('is closed in time when nobody answers', async () => {
    const { name } = await stage.makeQueue()
    const queue = await openAt(stage.proxy.url, name, { closeWithinMs: 500 })
    await queue.send(hints(20))
    const delivery = await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    await delivery?.ack()
    await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    const { promise, resolve } = Promise.withResolvers<void>()
    using _ = stage.proxy.inject('any', { kind: 'hold', until: promise })
    const began = performance.now()
    await queue[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(3_000)
    resolve()
  })

  it('is closed in time when nobody is there', async () => {
    const { name } = await stage.makeQueue()
    const queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(20))
    await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    await stage.proxy.refuse()
    const began = performance.now()
    await queue[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(6_000)
    await stage.proxy.accept()
  })

  it('is closed at once while it waits for messages', async () => {
    const { name } = await stage.makeQueue()
    const queue = await openAt(stage.proxy.url, name)
    const polls = () => stage.proxy.calls.filter(({ action }) => action === 'ReceiveMessage').length
    const before = polls()
    const received = queue.receive({ leaseMs: 5_000, waitMs: 20_000 })
    await expect.poll(polls).toBe(before + 1)
    const began = performance.now()
    await queue[Symbol.asyncDispose]()
    expect(await received).toBeUndefined()
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(await queue.receive({ leaseMs: 5_000, waitMs: 20_000 })).toBeUndefined()
    expect(await queue.send(hints(1))).toHaveLength(1)
  })
})
