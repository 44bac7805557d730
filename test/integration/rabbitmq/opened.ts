import type { JsonObject } from '../../../src/core/json.ts'
import type { Delivery, Queue } from '../../../src/queues/queue.ts'
import { openRabbitMqQueue } from '../../../src/queues/rabbitmq/rabbitmq-queue.ts'
import type { RabbitMq } from '../../support/rabbitmq.ts'

/** Opens a queue, whose reports are kept. */
export async function openHere(rabbit: RabbitMq, queue: string, settings: JsonObject = {}) {
  const reports: string[] = []
  const report = (sentence: string) => void reports.push(sentence)
  const opened = await openRabbitMqQueue({ url: rabbit.url(), settings: { queue, ...settings }, report })
  return Object.assign(opened, { reports })
}

/** The next delivery; it must come. */
export async function take(queue: Queue, waitMs = 20_000): Promise<Delivery> {
  const delivery = await queue.receive({ leaseMs: 30_000, waitMs })
  if (delivery === undefined) throw new Error(`Nothing came within ${waitMs} ms (${queue.condition()}).`)
  return delivery
}

/** The slices of everything that comes, until nothing does for a while; each is acknowledged. */
export async function drain(queue: Queue, quietMs = 1_000): Promise<number[]> {
  const slices: number[] = []
  for (;;) {
    const delivery = await queue.receive({ leaseMs: 30_000, waitMs: quietMs })
    if (delivery === undefined) return slices.sort((a, b) => a - b)
    slices.push(delivery.hint.slice)
    await delivery.ack()
  }
}
