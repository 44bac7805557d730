import type {
  ChangeMessageVisibilityBatchRequestEntry,
  DeleteMessageBatchRequestEntry,
  Message,
  SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { EntryFault } from './entries.ts'
import { failureOf } from './failures.ts'
import type { Health } from './health.ts'
import { within } from './within.ts'

type Sdk = typeof import('@aws-sdk/client-sqs')

interface BatchAnswer {
  readonly Failed?:
    | readonly {
        readonly Id?: string | undefined
        readonly Code?: string | undefined
        readonly SenderFault?: boolean | undefined
        readonly Message?: string | undefined
      }[]
    | undefined
}

/** The calls that are made to one queue, each with a deadline. All throw an `SqsFailure`. */
export class SqsCalls {
  readonly #sdk: Sdk
  readonly #client: SQSClient
  readonly #url: string
  readonly #health: Health
  readonly #callWithinMs: number
  /** Ends whatever still waits. */
  readonly #closing = new AbortController()

  constructor(sdk: Sdk, client: SQSClient, url: string, health: Health, callWithinMs: number) {
    this.#sdk = sdk
    this.#client = client
    this.#url = url
    this.#health = health
    this.#callWithinMs = callWithinMs
  }

  async receive(
    poll: { readonly count: number; readonly waitSeconds: number; readonly visibilitySeconds: number },
    signal: AbortSignal,
  ): Promise<readonly Message[]> {
    const command = new this.#sdk.ReceiveMessageCommand({
      QueueUrl: this.#url,
      MaxNumberOfMessages: poll.count,
      WaitTimeSeconds: poll.waitSeconds,
      VisibilityTimeout: poll.visibilitySeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    })
    const withinMs = poll.waitSeconds * 1_000 + this.#callWithinMs
    const answer = await this.#call('receive', withinMs, signal, (abortSignal) =>
      this.#client.send(command, { abortSignal }),
    )
    return answer.Messages ?? []
  }

  async send(
    entries: readonly SendMessageBatchRequestEntry[],
    withinMs: number,
  ): Promise<readonly EntryFault[]> {
    const command = new this.#sdk.SendMessageBatchCommand({ QueueUrl: this.#url, Entries: [...entries] })
    return this.#batch('send', withinMs, (abortSignal) => this.#client.send(command, { abortSignal }))
  }

  async delete(
    entries: readonly DeleteMessageBatchRequestEntry[],
    withinMs: number,
  ): Promise<readonly EntryFault[]> {
    const command = new this.#sdk.DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries: [...entries] })
    return this.#batch('delete', withinMs, (abortSignal) => this.#client.send(command, { abortSignal }))
  }

  async change(
    entries: readonly ChangeMessageVisibilityBatchRequestEntry[],
    withinMs: number,
  ): Promise<readonly EntryFault[]> {
    const command = new this.#sdk.ChangeMessageVisibilityBatchCommand({
      QueueUrl: this.#url,
      Entries: [...entries],
    })
    return this.#batch('change', withinMs, (abortSignal) => this.#client.send(command, { abortSignal }))
  }

  /** Ends the calls in flight, which fail. */
  end(): void {
    this.#closing.abort()
    this.#client.destroy()
  }

  async #batch(
    action: string,
    withinMs: number,
    send: (signal: AbortSignal) => Promise<BatchAnswer>,
  ): Promise<readonly EntryFault[]> {
    const callMs = Math.min(withinMs, this.#callWithinMs)
    const { Failed = [] } = await this.#call(action, callMs, this.#closing.signal, send)
    return Failed.map(({ Id = '', Code = 'unknown', Message, SenderFault = false }) => ({
      id: Id,
      why: Message === undefined ? Code : `${Code}: ${Message}`,
      isSenders: SenderFault,
      mayPass: !SenderFault,
    }))
  }

  async #call<T>(
    action: string,
    withinMs: number,
    signal: AbortSignal,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const beganMs = performance.now()
    try {
      const answer = await within(withinMs, signal, send)
      this.#health.answered(action, beganMs)
      return answer
    } catch (error) {
      const failure = failureOf(error)
      if (!signal.aborted) this.#health.failed(action, failure)
      throw failure
    }
  }
}
