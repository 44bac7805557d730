import { openSqsQueue } from '../../src/queues/sqs/sqs-queue.ts'
import { stubCredentials } from '../support/fauxqs/open.ts'
import { region, startFauxqs } from '../support/fauxqs.ts'
import { describeQueue, type QueueUnderTest } from './queue.ts'

/** Queues whose names end like this: SQS knows FIFO queues by it. */
async function start(ending: '' | '.fifo'): Promise<QueueUnderTest> {
  stubCredentials() // for the processes that are started, too
  const server = await startFauxqs()
  const options = (name: string) => ({ settings: { queue: name + ending, region, endpoint: server.url } })
  return {
    async open(name, report = () => {}) {
      await server.makeQueue(name + ending)
      return openSqsQueue({ ...options(name), report })
    },
    recipe: (name) => ({
      module: new URL('../../src/queues/sqs/sqs-queue.ts', import.meta.url).href,
      open: openSqsQueue.name,
      options: options(name),
    }),
    async sendForeign(name, body) {
      await server.sendBodies(await server.makeQueue(name + ending), [body])
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describeQueue('the SQS queue', () => start(''))
describeQueue('the SQS FIFO queue', () => start('.fifo'), {
  lacks: { duplicates: 'a FIFO queue drops what is sent again unchanged within five minutes' },
})
