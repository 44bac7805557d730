import { setTimeout as sleep } from 'node:timers/promises'
import { openSqsQueue } from '../../../../src/queues/sqs/sqs-queue.ts'
import { drainQueue } from '../../../../src/release-side/batch/drain-queue.ts'
import { stubCredentials } from '../../../support/fauxqs/open.ts'
import { credentials, region, startFauxqs } from '../../../support/fauxqs.ts'
import {
  type Fault,
  type SqsAction,
  startSqsFaultProxy,
  throttled,
} from '../../../support/sqs-fault-proxy.ts'
import type { Act } from '../act.ts'
import { afterCommit } from '../acts/points.ts'
import type { Transport } from '../stage.ts'

const queue = 'purser'

/** A server that speaks SQS, behind a proxy that does what the real one does and this one does not. */
export async function sqs(): Promise<Transport> {
  stubCredentials() // for what is opened here
  const server = await startFauxqs({ durable: true })
  const proxy = await startSqsFaultProxy(server.url)
  let url = await server.makeQueue(queue)

  const faulty = (what: string, action: SqsAction | 'any', fault: (seed: number) => Fault): Act => {
    return (random) => {
      const [seed, forMs, times] = [
        random.between(1, 1_000),
        random.between(500, 3_000),
        random.between(1, 30),
      ]
      return {
        what: `${what} for ${forMs} ms, ${times} times at most`,
        async play({ note, over }) {
          using _ = proxy.inject(action, fault(seed), times)
          note(what)
          await Promise.race([sleep(forMs), over])
        },
      }
    }
  }
  const killed: Act = (random) => {
    const downMs = random.pick([0, 500, 3_000])
    return {
      what: `SQS away for ${downMs} ms`,
      play: ({ stage, note }) =>
        stage.outage(async () => {
          await server.kill()
          note('SQS is away')
          await sleep(downMs)
          await server.start()
          note('SQS is back')
        }),
    }
  }
  // what is done must be known as done, whoever hears of it again
  const cutAtCommit: Act = (random, task) => {
    const [point, forMs] = [random.pick(afterCommit[task]), random.between(0, 2_000)]
    return {
      what: `SQS can't be reached ${point.name} and for ${forMs} ms`,
      async play({ stage, note, over }) {
        using armed = stage.proxy.arm(point, async () => {
          await proxy.refuse()
          note(`${point.name}: SQS can't be reached`)
          return 'pass' as const
        })
        const isMet = await Promise.race([armed.met.then(() => true), over.then(() => false)])
        if (!isMet) return
        await sleep(forMs)
        await proxy.accept()
      },
    }
  }
  // what was on it is lost; its name is the same
  const emptied: Act = () => ({
    what: 'queue deleted and made again',
    play: ({ stage, note }) =>
      stage.outage(async () => {
        await server.deleteQueue(url)
        url = await server.makeQueue(queue)
        note('the queue was deleted and made again')
      }),
  })
  return {
    name: 'sqs',
    configuration: `queue: sqs({ queue: '${queue}', region: '${region}', endpoint: '${proxy.url}' }),`,
    variables: { ...credentials, AWS_EC2_METADATA_DISABLED: 'true' },
    acts: [
      ...[killed, cutAtCommit, emptied],
      faulty('what is received comes twice', 'ReceiveMessage', () => ({ kind: 'double' })),
      faulty('hints shuffled', 'any', (seed) => ({ kind: 'shuffle', seed })),
      faulty('deletions cut off', 'DeleteMessageBatch', () => ({ kind: 'cut', when: 'before' })),
      faulty('sendings cut off after they arrived', 'SendMessageBatch', () => ({
        kind: 'cut',
        when: 'after',
      })),
      faulty('answers lost', 'ReceiveMessage', () => ({ kind: 'cut', when: 'after' })),
      faulty('throttled', 'any', () => throttled),
      faulty('extensions fail', 'ChangeMessageVisibilityBatch', () => ({
        kind: 'entries',
        senderFault: false,
        code: 'InternalError',
      })),
    ],
    async restore() {
      await server.deleteQueue(url)
      url = await server.makeQueue(queue)
    },
    async left() {
      const { ready, inFlight } = await server.look(queue)
      return ready + inFlight
    },
    async takeOff(run) {
      const settings = { queue, region, endpoint: server.url }
      await using late = await openSqsQueue({ settings, report: () => {} })
      await drainQueue(late, run)
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}
