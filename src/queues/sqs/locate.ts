import type { SQSClient } from '@aws-sdk/client-sqs'
import { PurserError } from '../../core/errors.ts'
import type { QueueAddress } from './address.ts'
import { failureOf, type SqsFailure } from './failures.ts'
import { jittered, pause, within } from './within.ts'

type Sdk = typeof import('@aws-sdk/client-sqs')

interface Search {
  readonly sdk: Sdk
  readonly client: SQSClient
  readonly address: QueueAddress
  /** For people: `SQS at localhost:4566 (eu-west-1)`. */
  readonly place: string
  readonly withinMs: number
}

const never = new AbortController().signal

/** Where SQS is, for people. Throws `QUEUE_REFUSED` where no region is known. */
export async function placeOf(client: SQSClient, { name, endpoint }: QueueAddress): Promise<string> {
  const at = endpoint === undefined ? '' : ` at ${new URL(endpoint).host}`
  try {
    return `SQS${at} (${await client.config.region()})`
  } catch (error) {
    throw refused(name, `SQS${at}`, failureOf(error))
  }
}

/** The URL of a queue that is there. Throws `QUEUE_MISSING`, `QUEUE_REFUSED` or `QUEUE_UNREACHABLE`. */
export async function locate(search: Search): Promise<string> {
  const { address, place, withinMs } = search
  const until = performance.now() + withinMs
  for (let tries = 1; ; tries += 1) {
    try {
      return await within(Math.max(1, until - performance.now()), never, (signal) => look(search, signal))
    } catch (error) {
      const failure = failureOf(error)
      const pauseMs = jittered(tries, 200, 2_000)
      const passes = failure.kind === 'throttled' || failure.kind === 'failing'
      if (!passes || performance.now() + pauseMs >= until) throw explain(address, place, failure)
      await pause(pauseMs, never)
    }
  }
}

async function look({ sdk, client, address }: Search, abortSignal: AbortSignal): Promise<string> {
  const { url, name } = address
  if (url === undefined) {
    const command = new sdk.GetQueueUrlCommand({ QueueName: name })
    const { QueueUrl } = await client.send(command, { abortSignal })
    if (QueueUrl !== undefined) return QueueUrl
    throw new Error('the answer has no URL')
  }
  try {
    const command = new sdk.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] })
    await client.send(command, { abortSignal })
  } catch (error) {
    // Whoever may send and receive need not be allowed to ask.
    if (!(error instanceof Error && /^AccessDenied/.test(error.name))) throw error
  }
  return url
}

function explain({ name, isFifo }: QueueAddress, place: string, failure: SqsFailure): PurserError {
  if (failure.kind === 'refused') return refused(name, place, failure)
  if (failure.kind === 'gone') {
    const fifo = isFifo ? ' --attributes FifoQueue=true' : ''
    return new PurserError('QUEUE_MISSING', {
      message: `${place} has no queue "${name}" that these credentials can see.`,
      remedy: `Correct the queue, the region or the account, or make it (purser makes no queues of SQS): \`aws sqs create-queue --queue-name ${name}${fifo}\`.`,
    })
  }
  return new PurserError('QUEUE_UNREACHABLE', {
    message: `The queue "${name}" of ${place} can't be reached: ${failure.message}.`,
    remedy: 'Check the region and the endpoint, and that this machine may connect there.',
  })
}

function refused(name: string, place: string, { message }: SqsFailure): PurserError {
  return new PurserError('QUEUE_REFUSED', {
    message: `The queue "${name}" of ${place} can't be used: ${message}.`,
    remedy:
      "Region and credentials come by the AWS SDK's own chain (variables, profiles, roles). They need the rights sqs:GetQueueUrl, SendMessage, ReceiveMessage, DeleteMessage and ChangeMessageVisibility.",
  })
}
