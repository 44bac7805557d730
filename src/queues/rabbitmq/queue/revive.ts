import type { Broker } from '../broker.ts'
import type { Session } from '../connection/session.ts'
import { ensureQueue, isOurs, onChannel, readyIn } from './declare.ts'

/** RabbitMQ asks the queue's members first, which do not answer. */
const deleteWithinMs = 30_000

/**
 * Makes a queue anew that has no leader: RabbitMQ 3.10 leaves one so for ever when it is killed just after the queue
 * was made. It must be such as purser makes it, with no message in it that RabbitMQ knows of. What it held is hints,
 * which are sent again.
 */
export async function reviveQueue(session: Session, broker: Broker): Promise<void> {
  const isDead = (await isOurs(session, broker)) && (await readyIn(session, broker)) === 0
  if (!isDead) return
  const { queue } = broker
  await onChannel(session, broker, (channel) => channel.queueDelete({ queue }), deleteWithinMs)
  await ensureQueue(session, broker)
}
