import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Queue } from '../../../src/queues/queue.ts'
import { countReady } from '../../../src/queues/rabbitmq/count-ready.ts'
import { drainQueue } from '../../../src/release-side/batch/drain-queue.ts'
import { hintOf, numbers } from '../../conformance/queue.ts'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq.ts'
import { openHere } from './opened.ts'

let rabbit: RabbitMq
beforeAll(async () => {
  rabbit = await startRabbitMq()
})
afterAll(() => rabbit[Symbol.asyncDispose]())
const ready = (queue: string) => countReady({ url: rabbit.url(), settings: { queue } })

it('what is left of a batch is taken off the queue, also by who has only sent and must connect first', async () => {
  await using queue = await openHere(rabbit, 'left')
  await queue.send(numbers(30).map(hintOf))
  const waits: number[] = []
  const slow: Queue = Object.assign(Object.create(queue), {
    async receive(wait: Parameters<Queue['receive']>[0]) {
      waits.push(wait.waitMs)
      // it has no connection to receive on yet, and gets one only when RabbitMQ goes on
      if (waits.length === 1) {
        rabbit.freeze()
        setTimeout(() => rabbit.thaw(), 400)
      }
      return queue.receive(wait)
    },
  })
  await drainQueue(slow, 'batch')
  expect(waits).toHaveLength(31)
  expect(await ready('left')).toBe(0)
})

it('what is another batch’s stays on the queue', async () => {
  await using queue = await openHere(rabbit, 'others')
  await queue.send([hintOf(1), { ...hintOf(2), batch: 'another' }])
  await drainQueue(queue, 'batch')
  await queue[Symbol.asyncDispose]()
  expect(await ready('others')).toBe(1)
})
