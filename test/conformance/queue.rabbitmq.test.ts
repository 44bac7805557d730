import { Connection } from 'rabbitmq-client'
import { openRabbitMqQueue } from '../../src/queues/rabbitmq/rabbitmq-queue.ts'
import { startRabbitMq } from '../support/rabbitmq.ts'
import { describeQueue } from './queue.ts'

describeQueue(
  'the RabbitMQ queue',
  async () => {
    const rabbit = await startRabbitMq()
    const stranger = new Connection(rabbit.url())
    const options = (queue: string) => ({ url: rabbit.url(), settings: { queue } })
    return {
      open: (name, report = () => {}) => openRabbitMqQueue({ ...options(name), report }),
      recipe: (name) => ({
        module: new URL('../../src/queues/rabbitmq/rabbitmq-queue.ts', import.meta.url).href,
        open: openRabbitMqQueue.name,
        options: options(name),
      }),
      sendForeign: async (name, body) => {
        const channel = await stranger.acquire()
        await channel.confirmSelect()
        await channel.basicPublish({ routingKey: name }, body)
        await channel.close()
      },
      [Symbol.asyncDispose]: async () => {
        await stranger.close()
        await rabbit[Symbol.asyncDispose]()
      },
    }
  },
  { lacks: { leases: 'RabbitMQ holds a delivery as long as the connection lives on which it came' } },
)
