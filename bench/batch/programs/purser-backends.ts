import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import { EmbeddedQueue } from '../../../src/queues/embedded/embedded-queue.ts'
import { openRabbitMqQueue } from '../../../src/queues/rabbitmq/rabbitmq-queue.ts'
import { openSqsQueue } from '../../../src/queues/sqs/sqs-queue.ts'
import type { Backends } from '../../../src/release-side/batch/backends.ts'

// What production loads when it is used is loaded before the clock runs.
await Promise.all(['pg', 'rabbitmq-client', '@aws-sdk/client-sqs'].map((name) => import(name)))

/** What the release side is wired with in production; `open` makes the slice ledger. */
export function backends(open = (url: string) => new PostgresSliceLedger(url)): Backends {
  return {
    sliceLedgers: { postgres: async (url) => open(url) },
    queues: { rabbitmq: openRabbitMqQueue, sqs: (options) => openSqsQueue(options) },
    embedded: async (batch, workshop, isRisky) => new EmbeddedQueue(batch, workshop, isRisky),
  }
}
