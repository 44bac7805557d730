import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drain, hints, openAt, stubCredentials } from '../../support/fauxqs/open.ts'
import { type Stage, startStage } from '../../support/fauxqs/stage.ts'
import { throttled } from '../../support/sqs-fault-proxy.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(stubCredentials)

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('hints sent to SQS', () => {
  it('go ten a call', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    const before = stage.proxy.calls.length
    expect(await queue.send(hints(95))).toEqual([])
    const calls = stage.proxy.calls.slice(before)
    expect(calls.map(({ body }) => body.Entries?.length).sort()).toEqual([...Array(9).fill(10), 5].sort())
    expect(await drain(queue)).toEqual(numbers(95))
  })

  it.each([
    ['RequestThrottled', throttled],
    ['a 503 in front of SQS', { kind: 'error', status: 503, code: 'ThrottlingException' } as const],
  ])('[14] arrive although SQS throttles (%s), each once', async (_what, fault) => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    using _ = stage.proxy.inject('SendMessageBatch', fault, 12)
    const sent = queue.send(hints(40))
    await expect.poll(() => queue.condition()).toBe('waiting: SQS throttles')
    expect(await sent).toEqual([])
    expect(queue.condition()).toBeUndefined()
    expect(await drain(queue)).toEqual(numbers(40))
    expect(queue.reports).toEqual([])
  })

  it('[14] are returned when SQS throttles beyond the deadline', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name, { sendWithinMs: 1_500 })
    using _ = stage.proxy.inject('SendMessageBatch', throttled)
    const began = performance.now()
    const unsent = await queue.send(hints(25))
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(unsent.map(({ hint }) => hint.slice).sort((a, b) => a - b)).toEqual(numbers(25))
    expect(unsent[0]?.why).toContain('RequestThrottled')
    expect((await stage.server.look(name)).ready).toBe(0)
  })

  it('[14] that SQS failed by itself are sent again, and no others', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    const before = stage.proxy.calls.length
    const which = ({ Id }: { Id: string }) => Number(Id) % 3 === 0
    const fault = { kind: 'entries', senderFault: false, code: 'InternalError', which } as const
    using _ = stage.proxy.inject('SendMessageBatch', fault, 1)
    expect(await queue.send(hints(10))).toEqual([])
    const sizes = stage.proxy.calls.slice(before).map(({ body }) => body.Entries?.length)
    expect(sizes).toEqual([10, 4])
    expect(await drain(queue)).toEqual(numbers(10))
  })

  it("[14] that are the sender's own fault are returned at once, and not sent again", async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    const before = stage.proxy.calls.length
    const which = ({ MessageBody = '' }) => JSON.parse(MessageBody).slice === 4
    const fault = { kind: 'entries', senderFault: true, code: 'InvalidMessageContents', which } as const
    using _ = stage.proxy.inject('SendMessageBatch', fault)
    const unsent = await queue.send(hints(10))
    expect(unsent).toEqual([{ hint: hints(10)[4], why: 'InvalidMessageContents: Injected.' }])
    expect(stage.proxy.calls.length - before).toBe(1)
    expect(await drain(queue)).toEqual(numbers(10).filter((slice) => slice !== 4))
  })

  it('are returned when their answer is lost, so that they may come twice but are not missed', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name, { sendWithinMs: 800 })
    const { promise, resolve } = Promise.withResolvers<void>()
    using _ = stage.proxy.inject('SendMessageBatch', { kind: 'hold', until: promise })
    const unsent = await queue.send(hints(3))
    expect(unsent.map(({ why }) => why)).toEqual(Array(3).fill(expect.stringContaining('no answer came')))
    resolve()
    expect((await stage.server.look(name)).ready).toBe(3)
  })

  it('survive a connection that is cut before the answer', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    using _ = stage.proxy.inject('SendMessageBatch', { kind: 'cut', when: 'after' }, 3)
    expect(await queue.send(hints(5))).toEqual([])
    expect(new Set(await drain(queue))).toEqual(new Set(numbers(5)))
  })

  it('are returned at once when the queue is gone', async () => {
    const { name, url } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await stage.server.deleteQueue(url)
    const unsent = await queue.send(hints(12))
    expect(unsent).toHaveLength(12)
    expect(unsent[0]?.why).toContain('QueueDoesNotExist')
    expect(queue.condition()).toBe(`waiting: queue ${name} is gone`)
    expect(queue.reports).toEqual([expect.stringContaining(`The queue ${name} of SQS at`)])
  })

  it('are returned when the queue is closed meanwhile', async () => {
    const { name } = await stage.makeQueue()
    const queue = await openAt(stage.proxy.url, name)
    using _ = stage.proxy.inject('SendMessageBatch', throttled)
    const sent = queue.send(hints(30))
    await expect.poll(() => queue.condition()).toBe('waiting: SQS throttles')
    await queue[Symbol.asyncDispose]()
    expect(await sent).toHaveLength(30)
  })
})

describe('hints sent to a FIFO queue', () => {
  it('do not wait for each other, and a second sending is no copy of the first', async () => {
    const { name } = await stage.makeQueue('.fifo')
    await using queue = await openAt(stage.proxy.url, name)
    expect(await queue.send(hints(6))).toEqual([])
    expect(await drain(queue)).toEqual(numbers(6))
    expect(await queue.send(hints(6, { sending: 2 }))).toEqual([])
    expect(await queue.send(hints(6, { generation: 1 }))).toEqual([])
    expect(await queue.send(hints(6, { batch: 'b2' }))).toEqual([])
    expect(await drain(queue)).toEqual(numbers(6).flatMap((slice) => [slice, slice, slice]))
  })

  it('are all handed out while none is acknowledged', async () => {
    const { name } = await stage.makeQueue('.fifo')
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(6))
    const deliveries = []
    for (const _ of numbers(6)) deliveries.push(await queue.receive({ leaseMs: 30_000, waitMs: 2_000 }))
    expect(deliveries.map((delivery) => delivery?.hint.slice)).toEqual(numbers(6))
  })

  it('are dropped by SQS where they are copies', async () => {
    const { name } = await stage.makeQueue('.fifo')
    await using queue = await openAt(stage.proxy.url, name)
    expect(await queue.send([...hints(3), ...hints(3)])).toEqual([])
    expect(await drain(queue)).toEqual(numbers(3))
  })
})
