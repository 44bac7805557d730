import { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countReady } from '../../../src/queues/rabbitmq/count-ready.ts'
import { hintOf, numbers, numbersOf, startHolder } from '../../conformance/queue.ts'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq.ts'
import { drain, openHere, take } from './opened.ts'

let rabbit: RabbitMq
let lasting: Awaited<ReturnType<typeof openHere>>
beforeAll(async () => {
  rabbit = await startRabbitMq()
  lasting = await openHere(rabbit, 'lasting')
  await lasting.send(numbers(2_000).map(hintOf))
})
afterAll(async () => {
  await lasting?.[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})
const ready = (queue: string) => countReady({ url: rabbit.url(), settings: { queue } })

const unacknowledged = async (queue: string) => {
  const lines = (await rabbit.control('-q', 'list_queues', 'name', 'messages_unacknowledged')).split('\n')
  return Number(lines.find((line) => line.startsWith(`${queue}\t`))?.split('\t')[1])
}
/** How many messages the queue's consumer gets before it must settle one; of two for a moment, the most. */
const prefetchOf = async (queue: string) => {
  const lines = (await rabbit.control('-q', 'list_consumers', 'queue_name', 'prefetch_count')).split('\n')
  const counts = lines
    .filter((line) => line.startsWith(`${queue}\t`))
    .map((line) => Number(line.split('\t')[1]))
  return Math.max(0, ...counts)
}

/** What makes a stock of eight last longer than it should. */
const slowly = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('receiving from RabbitMQ', () => {
  it('brings a hint to an idle worker within milliseconds', async () => {
    await using queue = await openHere(rabbit, 'idle')
    await using sending = await openHere(rabbit, 'idle')
    const elapsed: number[] = []
    for (const slice of numbers(21)) {
      const waiting = take(queue)
      await sending.send([]) // the turn of who waits
      const started = performance.now()
      await sending.send([hintOf(slice)])
      await (await waiting).ack()
      elapsed.push(performance.now() - started)
    }
    expect(elapsed.sort((a, b) => a - b)[10]).toBeLessThan(20)
  })

  it('takes a connection of its own for receiving, and each when it is needed', async () => {
    const connections = async () => {
      const lines = (await rabbit.control('-q', 'list_connections', 'client_properties')).split('\n')
      return lines.filter((line) => line.includes(`purser ${process.pid}`)).length
    }
    const before = 1 // that of `lasting`; those of the tests before may go in a moment
    await expect.poll(connections).toBe(before)
    await using queue = await openHere(rabbit, 'connections')
    await queue.send([hintOf(1)])
    await expect.poll(connections).toBe(before + 1)
    await (await take(queue)).ack()
    await expect.poll(connections).toBe(before + 2)
    await queue[Symbol.asyncDispose]()
    await expect.poll(connections).toBe(before)
  })

  it('[1] brings every copy of a hint, and takes each acknowledgement for one of them', async () => {
    await using first = await openHere(rabbit, 'copies')
    await using second = await openHere(rabbit, 'copies')
    const hints = numbers(100).flatMap((slice) => numbers(1 + (slice % 3)).map(() => hintOf(slice)))
    await first.send(hints)
    const came = (await Promise.all([drain(first), drain(second)])).flat()
    expect(came.sort((a, b) => a - b)).toEqual(numbersOf(hints))
    expect(await ready('copies')).toBe(0)
  })

  it('[3] brings again what was held when its connection was cut; to acknowledge it then is harmless', async () => {
    await using queue = await openHere(rabbit, 'cut')
    await queue.send([hintOf(1)])
    const held = await take(queue)
    await held.renew(1_000)
    await rabbit.control('close_all_connections', 'test')
    await expect.poll(async () => held.renew(1_000).catch(({ code }) => code)).toBe('DELIVERY_LOST')
    await held.ack()
    await held.retry(10)
    const again = await take(queue)
    expect(again).toMatchObject({ hint: hintOf(1), redelivered: true })
    await again.ack()
    expect(await queue.send([hintOf(2)])).toEqual([])
    expect(await drain(queue)).toEqual([2])
    expect(queue.reports).toEqual([
      expect.stringMatching(/ is away: .*CONNECTION_FORCED.*\. It is tried again until it is back\.$/),
      expect.stringMatching(/ is back\.$/),
    ])
    expect(queue.condition()).toBeUndefined()
  })

  it('[3] brings again what RabbitMQ took back, since it was held for too long', async () => {
    const set = (timeout: number, tick: number) =>
      rabbit.control(
        'eval',
        `application:set_env(rabbit, consumer_timeout, ${timeout}), application:set_env(rabbit, channel_tick_interval, ${tick}).`,
      )
    await set(1_000, 500)
    try {
      await using queue = await openHere(rabbit, 'held-long')
      await queue.send([hintOf(1)])
      const held = await take(queue)
      const again = await take(queue)
      expect(again).toMatchObject({ hint: hintOf(1), redelivered: true })
      await expect(held.renew(1_000)).rejects.toMatchObject({ code: 'DELIVERY_LOST' })
      await again.ack()
      expect(queue.reports).toEqual([
        expect.stringMatching(
          / is away: PRECONDITION_FAILED - delivery acknowledgement on channel \d+ timed out/,
        ),
        expect.stringMatching(/ is back\.$/),
      ])
    } finally {
      await set(1_800_000, 60_000)
    }
  })

  it('[9] gives back the neighbours of a hint on which worker after worker dies, unharmed', async () => {
    await using queue = await openHere(rabbit, 'deadly')
    await queue.send(numbers(8).map(hintOf))
    const recipe = {
      module: new URL('../../../src/queues/rabbitmq/rabbitmq-queue.ts', import.meta.url).href,
      open: 'openRabbitMqQueue',
      options: { url: rabbit.url(), settings: { queue: 'deadly', prefetch: 8 } },
    }
    for (const _ of numbers(6)) {
      await using holder = await startHolder(recipe)
      expect(holder.held).toMatchObject({ batch: 'batch' })
      await holder.kill()
      await expect.poll(() => ready('deadly')).toBe(8)
    }
    expect(await drain(queue)).toEqual(numbers(8))
  })

  it('acknowledges what is dealt with, and nothing that is held or put off between', async () => {
    await using queue = await openHere(rabbit, 'between')
    await queue.send(numbers(40).map(hintOf))
    const first = await take(queue)
    const put = await take(queue)
    await put.retry(60_000)
    const rest = numbers(34)
    for (const _ of rest) await (await take(queue)).ack()
    const late = await Promise.all(numbers(4).map(() => take(queue)))
    for (const delivery of late.reverse()) await delivery.ack()
    await first.renew(30_000)
    await queue.receive({ leaseMs: 30_000, waitMs: 1 }) // who waits has nothing kept back
    await expect.poll(() => unacknowledged('between')).toBe(2)
    await queue[Symbol.asyncDispose]()
    await using again = await openHere(rabbit, 'between')
    expect(await drain(again)).toEqual([first, put].map(({ hint }) => hint.slice))
  })

  it('has more in stock the faster it is, and as many as are asked for where that is said', async () => {
    await using fast = await openHere(rabbit, 'fast')
    await using bound = await openHere(rabbit, 'bound', { prefetch: 8 })
    for (const queue of [fast, bound]) {
      await queue.send(numbers(400).map(hintOf))
      for (const _ of numbers(300)) await (await take(queue)).ack()
    }
    await expect.poll(() => prefetchOf('fast')).toBeGreaterThan(8)
    expect(await prefetchOf('bound')).toBe(8)
    for (const queue of [fast, bound]) expect(await drain(queue)).toHaveLength(100)
  })

  it('has fewer in stock again once it is slow', async () => {
    await using queue = await openHere(rabbit, 'slow')
    await queue.send(numbers(500).map(hintOf))
    for (const _ of numbers(300)) await (await take(queue)).ack()
    await expect.poll(() => prefetchOf('slow')).toBeGreaterThan(8)
    for (const _ of numbers(180)) {
      const delivery = await take(queue)
      await slowly()
      await delivery.ack()
    }
    await expect.poll(() => prefetchOf('slow')).toBe(4)
  })

  it('[11] goes on when the queue is deleted under its consumer', async () => {
    await using queue = await openHere(rabbit, 'deleted')
    await queue.send([hintOf(1)])
    const held = await take(queue)
    const waiting = take(queue)
    await rabbit.control('delete_queue', 'deleted')
    await expect
      .poll(() => queue.reports)
      .toEqual([`The queue "deleted" was deleted under its consumer: it is made again.`])
    await held.ack()
    await expect.poll(() => queue.send([hintOf(2)])).toEqual([])
    const delivery = await waiting
    expect(delivery.hint).toEqual(hintOf(2))
    await delivery.ack()
    expect(queue.condition()).toBeUndefined()
  })

  it('[10] goes on when the queue is purged', async () => {
    await using queue = await openHere(rabbit, 'purged')
    await queue.send(numbers(50).map(hintOf))
    const held = await take(queue)
    await rabbit.control('purge_queue', 'purged')
    await held.ack()
    const left = await drain(queue)
    expect(left.length).toBeLessThan(8) // what was in stock
    await queue.send([hintOf(51)])
    expect(await drain(queue)).toEqual([51])
  })

  it('leaves messages of every kind alone', async () => {
    await using queue = await openHere(rabbit, 'foreign')
    const stranger = new Connection(rabbit.url())
    const headers = {
      ...{ int: 1, long: 2n ** 60n, minus: -5, half: 0.5, yes: true, none: null, text: 'ü'.repeat(1_000) },
      ...{ list: [1, 'a', [true]], table: { deeper: { still: [{}] } }, bytes: 'x' },
    }
    const bodies: readonly unknown[] = [
      ...[Buffer.alloc(0), Buffer.from([0xff, 0xfe, 0, 1]), Buffer.alloc(3_000_000, 'a')],
      ...[{ purser: 1 }, { purser: { toString: 1 } }, [], null, 5, 'text', 'null'],
    ]
    const deep = {
      contentType: 'application/json',
      body: Buffer.from('['.repeat(50_000) + ']'.repeat(50_000)),
    }
    const publisher = stranger.createPublisher({ confirm: true })
    for (const body of bodies) {
      await publisher.send({ routingKey: 'foreign', headers, priority: 9, replyTo: 'x', timestamp: 1 }, body)
    }
    const { body, contentType } = deep
    await publisher.send({ routingKey: 'foreign', contentType }, body)
    await publisher.send({ routingKey: 'foreign', contentType, contentEncoding: 'gzip' }, Buffer.from('no'))
    await publisher.close()
    await stranger.close()
    await queue.send([hintOf(1)])
    expect(await drain(queue)).toEqual([1])
    expect(queue.reports.length).toBeGreaterThan(0)
    await queue[Symbol.asyncDispose]()
    await expect.poll(() => ready('foreign')).toBe(bodies.length + 2)
  })

  it('holds so many that are not its own, then says that it can not go on', async () => {
    await using queue = await openHere(rabbit, 'swamped')
    const stranger = new Connection(rabbit.url())
    const publisher = stranger.createPublisher({ confirm: true })
    await Promise.all(numbers(500).map(() => publisher.send('swamped', 'not yours')))
    await publisher.close()
    await stranger.close()
    await queue.send([hintOf(1)])
    const enough = new AbortController()
    const waiting = queue.receive({ leaseMs: 1_000, waitMs: 60_000 }, enough.signal)
    await expect.poll(() => queue.condition()).toMatch(/^waiting: 500 messages .* are held/)
    enough.abort()
    expect(await waiting).toBeUndefined()
    expect(queue.reports).toEqual([
      expect.stringMatching(
        /is not for this purser: it is no JSON\. It is left alone, as are others like it\.$/,
      ),
      expect.stringMatching(/: 500 messages of the queue "swamped" are held, .* no more are taken\.$/),
    ])
    await queue[Symbol.asyncDispose]()
    await expect.poll(() => ready('swamped')).toBe(501)
  })

  it('[10] loses nothing when RabbitMQ is killed while many are received, but the acknowledgements', async () => {
    lasting.reports.length = 0
    const seen = new Set<number>()
    let killed: Promise<void> | undefined
    const work = async () => {
      while (seen.size < 2_000) {
        const delivery = await lasting.receive({ leaseMs: 30_000, waitMs: 1_000 })
        if (delivery === undefined) continue
        seen.add(delivery.hint.slice)
        await delivery.ack()
        if (seen.size > 200) killed ??= rabbit.kill().then(() => rabbit.start())
      }
    }
    await Promise.all([work(), work()])
    await killed
    expect(seen.size).toBe(2_000)
    expect(lasting.reports).toEqual([
      expect.stringMatching(/ is away: \S.*\. It is tried again until it is back\.$/),
      expect.stringMatching(/ is back\.$/),
    ])
  })
})
