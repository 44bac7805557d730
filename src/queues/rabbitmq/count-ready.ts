import type { QueueOptions } from '../queue.ts'
import { brokerOf } from './broker.ts'
import { connect } from './connection/session.ts'
import { readyIn } from './queue/declare.ts'

/**
 * How many messages wait in the queue to be received, those of others among them; none where there is no queue. It is
 * not made. Throws `QUEUE_UNREACHABLE` or `QUEUE_REFUSED`.
 */
export async function countReady(options: Pick<QueueOptions, 'url' | 'settings'>): Promise<number> {
  const broker = await brokerOf(options)
  const session = await connect(broker, new AbortController().signal)
  try {
    return (await readyIn(session, broker)) ?? 0
  } finally {
    await session.close(broker.answerWithinMs)
  }
}
