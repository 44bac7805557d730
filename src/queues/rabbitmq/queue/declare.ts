import type { Channel } from 'rabbitmq-client'
import { reasonOf } from '../../../core/errors.ts'
import type { Broker } from '../broker.ts'
import { knowsUnlimitedDeliveries } from '../connection/greeting.ts'
import { codeOf, refused, wordsOf } from '../connection/refusals.ts'
import type { Session } from '../connection/session.ts'
import { within } from '../within.ts'
import {
  agreeing,
  type Declaration,
  type Difference,
  describeDifference,
  differenceIn,
  obstacleIn,
} from './differences.ts'

/** How many messages wait in the queue to be received; `undefined` when there is no such queue. */
export async function readyIn(session: Session, broker: Broker): Promise<number | undefined> {
  try {
    const { messageCount } = await onChannel(session, broker, (channel) =>
      channel.queueDeclare({ queue: broker.queue, passive: true }),
    )
    return messageCount
  } catch (error) {
    if (codeOf(error) === 'NOT_FOUND') return undefined
    throw refusal(broker, error)
  }
}

/** Makes the queue unless there is one; that one is left as it is. Throws `QUEUE_REFUSED`. */
export async function ensureQueue(session: Session, broker: Broker): Promise<'made' | 'there'> {
  if ((await readyIn(session, broker)) !== undefined) return 'there'
  const differences = await declare(session, broker)
  return differences.length === 0 ? 'made' : 'there'
}

/**
 * Makes sure that the queue is there and can serve. Returns a sentence about one that was made otherwise than purser
 * would have. Throws `QUEUE_REFUSED`.
 */
export async function inspectQueue(session: Session, broker: Broker): Promise<string | undefined> {
  if ((await ensureQueue(session, broker)) === 'made') return undefined
  const differences = await declare(session, broker)
  for (const difference of differences) {
    const obstacle = obstacleIn(difference)
    if (obstacle !== undefined) throw unfit(broker, obstacle)
  }
  if (differences.length === 0) return undefined
  return `The queue "${broker.queue}" exists and is used as it is: ${differences.map(describeDifference).join('; ')}.`
}

/** Whether the queue is there, and such as purser makes it. */
export async function isOurs(session: Session, broker: Broker): Promise<boolean> {
  return (await readyIn(session, broker)) !== undefined && (await declare(session, broker)).length === 0
}

const tries = 12

/**
 * Declares the queue, which changes nothing about one that exists: RabbitMQ says in what it differs, one thing at a
 * time, and each is agreed to until nothing is left.
 */
async function declare(session: Session, broker: Broker): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  let declaration = wanted(session)
  for (let left = tries; left > 0; left -= 1) {
    try {
      await onChannel(session, broker, (channel) =>
        channel.queueDeclare({ queue: broker.queue, ...declaration }),
      )
      return differences
    } catch (error) {
      // Who may not declare can still use what there is.
      if (codeOf(error) === 'ACCESS_REFUSED' && (await readyIn(session, broker)) !== undefined)
        return differences
      const difference = codeOf(error) === 'PRECONDITION_FAILED' ? differenceIn(reasonOf(error)) : undefined
      if (difference === undefined) throw refusal(broker, error)
      differences.push(difference)
      declaration = agreeing(declaration, difference)
    }
  }
  return differences
}

/** Attempts are counted in the slice ledger: RabbitMQ shall not drop what came back often. */
function wanted({ version }: Session): Declaration {
  const limit = knowsUnlimitedDeliveries(version) ? { 'x-delivery-limit': -1 } : {}
  return { durable: true, autoDelete: false, arguments: { 'x-queue-type': 'quorum', ...limit } }
}

/** A channel for one question: RabbitMQ closes it when the answer is no. */
export async function onChannel<T>(
  session: Session,
  broker: Broker,
  ask: (channel: Channel) => Promise<T>,
  withinMs = broker.answerWithinMs,
): Promise<T> {
  const channel = await session.channel()
  try {
    return await within(withinMs, ask(channel))
  } finally {
    void channel.close()
  }
}

function refusal(broker: Broker, error: unknown): unknown {
  const code = codeOf(error)
  if (code === 'RESOURCE_LOCKED') return unfit(broker, 'it belongs to one connection alone (exclusive)')
  if (code !== 'ACCESS_REFUSED' && code !== 'PRECONDITION_FAILED') return error
  const why = wordsOf(error)
  return refused(
    broker,
    `doesn't give the queue "${broker.queue}" to the user "${broker.user}": ${why}`,
    error,
  )
}

function unfit(broker: Broker, why: string): Error {
  return refused(broker, `has a queue "${broker.queue}" that can't serve: ${why}`)
}
