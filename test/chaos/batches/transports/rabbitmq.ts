import { setTimeout as sleep } from 'node:timers/promises'
import { type Channel, Connection } from 'rabbitmq-client'
import { openRabbitMqQueue } from '../../../../src/queues/rabbitmq/rabbitmq-queue.ts'
import { drainQueue } from '../../../../src/release-side/batch/drain-queue.ts'
import { type RabbitMq, startRabbitMq } from '../../../support/rabbitmq.ts'
import type { Act } from '../act.ts'
import { afterCommit } from '../acts/points.ts'
import type { Random } from '../random.ts'
import type { Round } from '../round.ts'
import type { Transport } from '../stage.ts'

const queue = 'purser'

/** A broker of its own. Each round has its queue declared anew. */
export async function rabbitmq(): Promise<Transport> {
  const broker = await startRabbitMq()
  const kill = (afterMs: number, downMs: number) => (round: Round) =>
    round.stage.outage(async () => {
      await sleep(afterMs)
      await broker.kill()
      round.note('the broker was killed')
      await sleep(downMs)
      await broker.start()
      round.note('the broker is back')
    })
  // what is done must be known as done, whoever hears of it again
  const killedAtCommit: Act = (random, task) => {
    const point = random.pick(afterCommit[task])
    return {
      what: `broker killed ${point.name}`,
      play: (round) =>
        round.stage.outage(async () => {
          using armed = round.stage.proxy.arm(point, async () => {
            await broker.kill()
            round.note(`${point.name}: the broker was killed`)
            return 'pass' as const
          })
          const isMet = await Promise.race([armed.met.then(() => true), round.over.then(() => false)])
          if (isMet) await broker.start()
        }),
    }
  }
  const act = (what: string, does: (channel: Channel) => Promise<unknown>): Act => {
    return () => ({
      what,
      async play({ note }) {
        note(`${what}: ${JSON.stringify(await onChannel(broker, does))}`)
      },
    })
  }
  const killed: Act = (random) => {
    const downMs = random.pick([0, 0, 3_000])
    return { what: `broker killed for ${downMs} ms`, play: kill(0, downMs) }
  }
  const deletedThenKilled: Act = (random) => {
    const afterMs = random.between(0, 500)
    return {
      what: `queue deleted, and the broker killed ${afterMs} ms after it was declared again`,
      async play(round) {
        await onChannel(broker, (channel) => channel.queueDelete({ queue }))
        await declaredAgain(broker, round)
        await kill(afterMs, 0)(round)
      },
    }
  }
  const disconnected: Act = () => ({
    what: 'all connections of the broker are closed',
    async play({ note }) {
      await broker.control('close_all_connections', 'chaos')
      note('all connections of the broker were closed')
    },
  })
  const doubled: Act = (random) => ({
    what: 'hints doubled and shuffled',
    async play({ note }) {
      note(`doubled ${await onChannel(broker, (channel) => double(channel, random))} hints`)
    },
  })
  return {
    name: 'rabbitmq',
    configuration: `queue: rabbitmq({ url: { variable: 'AMQP_URL' }, queue: '${queue}' }),`,
    variables: { AMQP_URL: broker.url() },
    acts: [
      ...[killed, killedAtCommit, deletedThenKilled, disconnected, doubled, doubled],
      act('queue purged', (channel) => channel.queuePurge({ queue })),
      act('queue deleted', (channel) => channel.queueDelete({ queue })),
    ],
    restore: () => onChannel(broker, async (channel) => void (await channel.queueDelete({ queue }))),
    left: () => onChannel(broker, async (channel) => (await look(channel))?.messageCount ?? 0),
    async takeOff(run) {
      await using late = await openRabbitMqQueue({
        url: broker.url(),
        settings: { queue },
        report: () => {},
      })
      await drainQueue(late, run)
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  }
}

async function onChannel<T>(broker: RabbitMq, does: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = new Connection({ url: broker.url(), retryLow: 50, connectionTimeout: 10_000 })
  connection.on('error', () => {}) // it connects again, and what was asked for fails
  try {
    const channel = await connection.acquire()
    channel.on('error', () => {})
    const answer = await does(channel)
    await channel.close()
    return answer
  } finally {
    connection.unsafeDestroy() // one that the broker was killed under would wait for it
  }
}

/** `undefined` where there is no queue. */
async function look(channel: Channel) {
  return await channel.queueDeclare({ queue, passive: true }).catch(() => undefined)
}

async function declaredAgain(broker: RabbitMq, { over }: Round): Promise<void> {
  let isOver = false
  void over.then(() => {
    isOver = true
  })
  while (!isOver && (await onChannel(broker, look)) === undefined) await sleep(20)
}

/** Takes what waits and puts each back twice, in another order. */
async function double(channel: Channel, random: Random): Promise<number> {
  await channel.confirmSelect()
  const taken = []
  for (;;) {
    const message = await channel.basicGet({ queue })
    if (message === undefined) break
    taken.push(message)
  }
  const copies = [...taken, ...taken]
    .map((message) => ({ message, at: random.between(0, 1_000_000) }))
    .sort((a, b) => a.at - b.at)
  for (const { message } of copies) {
    await channel.basicPublish({ routingKey: queue, durable: true, appId: 'purser' }, message.body)
  }
  for (const { deliveryTag } of taken) channel.basicAck({ deliveryTag })
  return taken.length
}
