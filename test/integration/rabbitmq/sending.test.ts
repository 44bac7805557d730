import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Queue } from '../../../src/queues/queue.ts'
import { hintOf, numbers } from '../../conformance/queue.ts'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq.ts'
import { drain, openHere, take } from './opened.ts'

let rabbit: RabbitMq
// Declared long before RabbitMQ is killed: of a queue that is younger than some seconds it may lose what it confirmed.
let lasting: Awaited<ReturnType<typeof openHere>>
beforeAll(async () => {
  rabbit = await startRabbitMq()
  lasting = await openHere(rabbit, 'lasting', { sendWithinMs: 3_000 })
  await lasting.send([hintOf(0)])
})
afterAll(async () => {
  await lasting?.[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})

describe('sending to RabbitMQ', () => {
  it('[12] tells what reached no queue, though RabbitMQ confirmed it, and makes the queue again', async () => {
    await using queue = await openHere(rabbit, 'unbound')
    expect(await queue.send([hintOf(1)])).toEqual([])
    await rabbit.control('delete_queue', 'unbound')
    const hints = numbers(300).map(hintOf)
    const unsent = await queue.send(hints)
    expect(unsent.map(({ hint }) => hint)).toEqual(hints)
    expect(new Set(unsent.map(({ why }) => why))).toEqual(
      new Set(['the queue "unbound" did not take it: NO_ROUTE']),
    )
    expect(await queue.send(hints)).toEqual([])
    expect(await drain(queue)).toEqual(numbers(300))
  })

  it('tells what a full queue did not take', async () => {
    await using queue = await openHere(rabbit, 'full')
    await rabbit.control('set_policy', 'full', '^full$', '{"max-length":5,"overflow":"reject-publish"}')
    const unsent: unknown[] = []
    await expect
      .poll(async () => unsent.push(...(await queue.send(numbers(50).map(hintOf)))))
      .toBeGreaterThan(0)
    expect(unsent[0]).toMatchObject({ why: expect.stringContaining('rejected') })
  })

  it('of hundreds costs little more than of one', async () => {
    // the machine may pause in any of them, and in all of them it doesn't
    const least = async (hints: number) =>
      Math.min(...(await inTurn(3, () => timed(() => lasting.send(numbers(hints).map(hintOf))))))
    expect(await least(500)).toBeLessThan(Math.max(await least(1), 20) * 50)
    await rabbit.control('purge_queue', 'lasting')
  })

  it('ends in time when RabbitMQ hangs, and goes on when it does', async () => {
    await using queue = await openHere(rabbit, 'hanging', { sendWithinMs: 1_000 })
    await queue.send([hintOf(1)])
    rabbit.freeze()
    try {
      const elapsed = await timed(async () => {
        const unsent = await queue.send([hintOf(2), hintOf(3)])
        expect(unsent.map(({ why }) => why)).toEqual([
          'the broker did not confirm it within 1 s',
          'the broker did not confirm it within 1 s',
        ])
      })
      expect(elapsed).toBeLessThan(4_000) // and not in 5 s, as it would by itself
    } finally {
      rabbit.thaw()
    }
    await expect.poll(() => queue.send([hintOf(4)]), { timeout: 30_000 }).toEqual([])
    expect(await drain(queue)).toEqual(expect.arrayContaining([1, 4]))
  })

  it('can be given up while RabbitMQ hangs', async () => {
    const queue = await openHere(rabbit, 'given-up', { sendWithinMs: 2_000 })
    await queue.send([hintOf(1)])
    await take(queue)
    rabbit.freeze()
    try {
      const sending = queue.send([hintOf(2)])
      expect(await timed(() => close(queue))).toBeLessThan(6_000)
      expect(await sending).toHaveLength(1)
    } finally {
      rabbit.thaw()
    }
  })

  it.each([
    ['disk', ['set_disk_free_limit', '900GB'], ['set_disk_free_limit', '1MB']],
    ['memory', ['set_vm_memory_high_watermark', '0.00001'], ['set_vm_memory_high_watermark', '0.4']],
  ])(
    '[13] waits for the end of a %s alarm, in time, and receiving goes on',
    async (resource, alarm, relief) => {
      const name = `alarm-${resource}`
      await using queue = await openHere(rabbit, name, { sendWithinMs: 1_000 })
      await queue.send(numbers(20).map(hintOf))
      await take(queue)
      await rabbit.control(...alarm)
      try {
        const sendOne = async () => (await queue.send([hintOf(99)])).map(({ why }) => why)
        await expect.poll(sendOne, { timeout: 40_000 }).toEqual([`broker ${resource} alarm`])
        expect(queue.condition()).toBe(`waiting: broker ${resource} alarm`)
        expect(await timed(() => queue.send([hintOf(98)]))).toBeLessThan(4_000)
        for (const _ of numbers(10)) await (await take(queue, 5_000)).ack()
      } finally {
        await rabbit.control(...relief)
      }
      await expect.poll(() => queue.condition(), { timeout: 40_000 }).toBeUndefined()
      expect(await queue.send([hintOf(100)])).toEqual([])
      const came = await drain(queue)
      expect(came).toContain(100)
      expect(came).not.toContain(98) // what was told as unsent while the alarm was known is not sent later
      expect(queue.reports).toEqual([
        expect.stringMatching(new RegExp(`takes no messages for now: broker ${resource} alarm\\.$`)),
        expect.stringMatching(/takes messages again\.$/),
      ])
    },
  )

  it('can be given up during an alarm', async () => {
    const queue = await openHere(rabbit, 'alarmed', { sendWithinMs: 500 })
    await rabbit.control('set_vm_memory_high_watermark', '0.00001')
    try {
      await expect.poll(() => queue.send([hintOf(1)])).toHaveLength(1)
      expect(await timed(() => close(queue))).toBeLessThan(3_000)
    } finally {
      await rabbit.control('set_vm_memory_high_watermark', '0.4')
    }
  })

  it('[10] leaves nothing in between when RabbitMQ is killed: it is in the queue, or was told as unsent', async () => {
    const unsent = new Set<number>()
    const sent: number[] = []
    const sendTens = async (queue: Queue) => {
      for (let first = 1; unsent.size === 0; first += 10) {
        const slices = numbers(10).map((number) => first + number)
        sent.push(...slices)
        for (const { hint } of await queue.send(slices.map(hintOf))) unsent.add(hint.slice)
      }
    }
    const sending = sendTens(lasting)
    await expect.poll(() => sent.length, { interval: 5, timeout: 60_000 }).toBeGreaterThan(500)
    await rabbit.kill()
    await sending
    expect(lasting.condition()).toMatch(/^waiting: broker unreachable since \d+ s$/)
    expect(await lasting.send([hintOf(0)])).toEqual([
      { hint: hintOf(0), why: expect.stringMatching(/^the broker is away: \S/) },
    ])
    await rabbit.start()
    await expect.poll(() => lasting.condition(), { timeout: 30_000 }).toBeUndefined()
    const there = new Set(await drain(lasting, 3_000))
    expect(sent.filter((slice) => !there.has(slice) && !unsent.has(slice))).toEqual([])
    expect(lasting.reports).toEqual([
      expect.stringMatching(/ is away: .*\. It is tried again until it is back\.$/),
      expect.stringMatching(/ is back\.$/),
    ])
  })

  it('[10] goes on with a queue that was made and killed at once', async () => {
    await using queue = await openHere(rabbit, 'young')
    expect(await queue.send(numbers(200).map(hintOf))).toEqual([])
    await rabbit.kill()
    await rabbit.start()
    // What was confirmed may be lost, and the queue without a leader: it is made anew, and the sweeper sends again.
    await expect.poll(() => queue.send([hintOf(201)]), { timeout: 40_000 }).toEqual([])
    expect((await take(queue)).hint.batch).toBe('batch')
    await queue[Symbol.asyncDispose]()
    await using other = await openHere(rabbit, 'young')
    expect(await drain(other, 3_000)).toContain(201)
  })
})

async function close(queue: Queue): Promise<void> {
  await queue[Symbol.asyncDispose]()
}

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<readonly T[]> {
  const all: T[] = []
  while (all.length < times) all.push(await work())
  return all
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
