import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { drain, hints, openAt, stubCredentials } from '../../support/fauxqs/open.ts'
import { type Stage, startStage } from '../../support/fauxqs/stage.ts'
import { overLimit } from '../../support/sqs-fault-proxy.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(stubCredentials)

const lease = { leaseMs: 2_000, waitMs: 5_000 }
/** Time that passes because work takes it, renewed as a worker renews. */
async function work(ms: number, renew: () => Promise<void>): Promise<void> {
  const until = performance.now() + ms
  while (performance.now() < until) {
    await renew()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('what is received from SQS', () => {
  it('[6] stays hidden for 6 s of work by its heartbeat, though SQS would hide it for 2 s', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await using other = await openAt(stage.proxy.url, name)
    await queue.send(hints(1))
    const delivery = await queue.receive(lease)
    const stolen = other.receive({ leaseMs: 2_000, waitMs: 6_000 })
    await work(6_000, async () => delivery?.renew(2_000))
    expect(await stolen).toBeUndefined()
    await delivery?.ack()
    expect(await drain(other)).toEqual([])
  })

  it('[6] is kept while it waits for its turn: ten at once, dealt with one after another', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(10))
    await using other = await openAt(stage.proxy.url, name)
    const first = await queue.receive(lease)
    const stolen = other.receive({ leaseMs: 2_000, waitMs: 7_000 })
    const slices = []
    for (let delivery = first; delivery !== undefined; ) {
      await work(700, async () => delivery?.renew(2_000))
      slices.push(delivery.hint.slice)
      expect(delivery.redelivered).toBe(false)
      await delivery.ack()
      delivery = slices.length < 10 ? await queue.receive(lease) : undefined
    }
    expect(slices.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await stolen).toBeUndefined()
  })

  it('[6] goes to somebody else when its lease runs out, and the first holder is told', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await using other = await openAt(stage.proxy.url, name)
    await queue.send(hints(1))
    const late = await queue.receive({ leaseMs: 1_000, waitMs: 5_000 })
    const next = await other.receive({ leaseMs: 5_000, waitMs: 5_000 })
    expect(next).toMatchObject({ hint: { slice: 0 }, redelivered: true })
    await expect(late?.renew(1_000)).rejects.toMatchObject({ code: 'DELIVERY_LOST' })
  })

  it('[6] is lost when SQS says so of an extension: whoever has it is told, and what waits is dropped', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(10))
    const delivery = await queue.receive(lease)
    const fault = { kind: 'entries', senderFault: true, code: 'ReceiptHandleIsInvalid' } as const
    const before = stage.proxy.calls.length
    using _ = stage.proxy.inject('ChangeMessageVisibilityBatch', fault)
    await expect(delivery?.renew(2_000)).rejects.toMatchObject({
      code: 'DELIVERY_LOST',
      message: expect.stringContaining('ReceiptHandleIsInvalid'),
    })
    // each is counted once: under load one may be tried again before the others come
    const extended = () =>
      new Set(
        stage.proxy.calls
          .slice(before)
          .filter(({ action }) => action === 'ChangeMessageVisibilityBatch')
          .flatMap(({ body }) => body.Entries ?? [])
          .map(({ ReceiptHandle }) => ReceiptHandle),
      ).size
    await expect.poll(extended).toBe(10)
    // The nine that waited are not handed out by this holder before SQS hands them out again.
    const again = await queue.receive({ leaseMs: 5_000, waitMs: 5_000 })
    expect(again?.redelivered).toBe(true)
  })

  it('[6] is lost when it could not be extended in time', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(1))
    const delivery = await queue.receive(lease)
    const fault = { kind: 'error', status: 500, code: 'InternalFailure' } as const
    using _ = stage.proxy.inject('ChangeMessageVisibilityBatch', fault)
    await delivery?.renew(10_000) // it is ours yet: the extension is tried again in the background
    const renewed = () =>
      delivery?.renew(10_000).then(
        () => undefined,
        ({ code }) => code,
      )
    await expect.poll(renewed).toBe('DELIVERY_LOST')
  })

  it('[6] is extended in the background once that is possible again', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(1))
    const delivery = await queue.receive(lease)
    const fault = { kind: 'error', status: 500, code: 'InternalFailure' } as const
    const broken = stage.proxy.inject('ChangeMessageVisibilityBatch', fault)
    await delivery?.renew(60_000)
    broken[Symbol.dispose]()
    const hidden = async () => (await stage.server.look(name)).hiddenMs[0]
    await expect.poll(hidden).toBeGreaterThan(30_000)
  })

  it('is given up before the 12 hours that SQS allows, and that is reported', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name, { longestHoldMs: 3_000 })
    await queue.send(hints(2))
    const delivery = await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    await delivery?.renew(60_000)
    const renewed = () =>
      delivery?.renew(60_000).then(
        () => undefined,
        ({ message }) => message,
      )
    await expect.poll(renewed).toContain('longer than 12 hours')
    await expect.poll(() => queue.reports.length).toBe(2)
    expect(queue.reports).toContainEqual(
      expect.stringMatching(/^The message for slice \d of batch b1 was given up/),
    )
    await expect.poll(async () => (await stage.server.look(name)).ready).toBe(2)
  })

  it('[7] that was acknowledged late, by an old handle, stays with whoever has it now', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await using other = await openAt(stage.proxy.url, name)
    await queue.send(hints(1))
    const late = await queue.receive({ leaseMs: 1_000, waitMs: 5_000 })
    const next = await other.receive({ leaseMs: 30_000, waitMs: 5_000 })
    await late?.ack()
    await queue[Symbol.asyncDispose]()
    expect(await stage.server.look(name)).toMatchObject({ ready: 0, inFlight: 1 })
    await next?.renew(30_000)
    await next?.ack()
    await other[Symbol.asyncDispose]()
    expect(await stage.server.look(name)).toMatchObject({ ready: 0, inFlight: 0 })
    expect([queue.reports, other.reports]).toEqual([[], []])
  })

  it('is deleted ten a call, and what could not be deleted comes again', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(10))
    const fault = { kind: 'entries', senderFault: true, code: 'ReceiptHandleIsInvalid' } as const
    using _ = stage.proxy.inject('DeleteMessageBatch', { ...fault, which: ({ Id }) => Id === '3' }, 1)
    const before = stage.proxy.calls.length
    const slices = []
    for (let i = 0; i < 10; i += 1) {
      const delivery = await queue.receive({ leaseMs: 2_000, waitMs: 5_000 })
      slices.push(delivery?.hint.slice)
      await delivery?.ack()
    }
    const again = await queue.receive({ leaseMs: 2_000, waitMs: 5_000 })
    expect(again?.redelivered).toBe(true)
    expect(slices).toContain(again?.hint.slice)
    const deletions = stage.proxy.calls.slice(before).filter(({ action }) => action === 'DeleteMessageBatch')
    expect(deletions.map(({ body }) => body.Entries?.length)).toEqual([10])
  })

  it('is not extended any more once it is acknowledged or given back', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(2))
    const [done, postponed] = [await queue.receive(lease), await queue.receive(lease)]
    await done?.ack()
    await postponed?.retry(60_000)
    const before = stage.proxy.calls.length
    await expect(queue.receive({ leaseMs: 2_000, waitMs: 3_000 })).resolves.toBeUndefined()
    const actions = new Set(stage.proxy.calls.slice(before).map(({ action }) => action))
    expect(actions).not.toContain('ChangeMessageVisibilityBatch')
    expect((await stage.server.look(name)).hiddenMs[0]).toBeGreaterThan(50_000)
  })

  it('[15] is no more for a while where too much is in flight, and that is said', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    const limited = stage.proxy.inject('ReceiveMessage', overLimit)
    const received = queue.receive({ leaseMs: 5_000, waitMs: 15_000 })
    await expect.poll(() => queue.condition()).toBe('waiting: SQS in-flight limit')
    const before = stage.proxy.calls.length
    expect(await queue.send(hints(1))).toEqual([])
    expect(queue.condition()).toBe('waiting: SQS in-flight limit')
    expect(stage.proxy.calls.slice(before).map(({ action }) => action)).toEqual(['SendMessageBatch'])
    limited[Symbol.dispose]()
    expect((await received)?.hint.slice).toBe(0)
    expect(queue.condition()).toBeUndefined()
  })

  it('is given back at once when the queue is closed, also what waited for its turn', async () => {
    const { name } = await stage.makeQueue()
    await using other = await openAt(stage.proxy.url, name)
    const queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(25))
    const delivery = await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    await delivery?.ack()
    await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    await queue[Symbol.asyncDispose]()
    expect(await stage.server.look(name)).toMatchObject({ ready: 24, inFlight: 0 })
    expect(await drain(other)).toHaveLength(24)
  })

  it('is given back by itself when nobody asks for it any more', async () => {
    const { name } = await stage.makeQueue()
    await using queue = await openAt(stage.proxy.url, name)
    await queue.send(hints(5))
    await queue.receive({ leaseMs: 60_000, waitMs: 5_000 })
    await expect.poll(async () => (await stage.server.look(name)).inFlight).toBe(1)
  })
})
