import { answer } from '../release-side/answer.ts'
import type { Backends } from '../release-side/batch/backends.ts'
import { sliceWorker } from '../release-side/batch/slice-worker.ts'
import { work } from '../release-side/work.ts'

const backends: Backends = {
  sliceLedgers: {
    postgres: async (url) => {
      const { PostgresSliceLedger } = await import(
        '../databases/postgres/slice-ledger/postgres-slice-ledger.ts'
      )
      return new PostgresSliceLedger(url)
    },
  },
  queues: {
    rabbitmq: async (options) => {
      const { openRabbitMqQueue } = await import('../queues/rabbitmq/rabbitmq-queue.ts')
      return openRabbitMqQueue(options)
    },
    sqs: async (options) => {
      const { openSqsQueue } = await import('../queues/sqs/sqs-queue.ts')
      return openSqsQueue(options)
    },
  },
  embedded: async (batch, workshop, isRisky) => {
    const { EmbeddedQueue } = await import('../queues/embedded/embedded-queue.ts')
    return new EmbeddedQueue(batch, workshop, isRisky)
  },
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  answer,
  work: () => work(backends),
  'slice-worker': () => sliceWorker(backends),
}
const part = parts[process.argv[2] ?? '']

if (part === undefined) {
  console.error('This is the side of purser that runs inside a twin of the app; start `purser` instead.')
  process.exit(80)
}
await part()
