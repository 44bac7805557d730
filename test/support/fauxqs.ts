import { randomUUID } from 'node:crypto'
import path from 'node:path'
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { freePort } from '../../examples/atlas/dev/port.ts'
import { startProcess } from '../../examples/atlas/dev/process.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const region = 'us-east-1'
/** What it takes, as it takes everything. */
export const credentials = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'not-a-real-secret' }

export interface Fauxqs extends AsyncDisposable {
  readonly url: string
  /** Makes a queue, FIFO where its name says so, and returns its URL. */
  makeQueue(name: string): Promise<string>
  deleteQueue(url: string): Promise<void>
  /** Puts up to ten messages of any content on a queue. */
  sendBodies(url: string, bodies: readonly string[]): Promise<void>
  /** What is on a queue, without touching it. */
  look(name: string): Promise<Contents>
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  /** Starts it again on the same port, with what was on its queues. */
  start(): Promise<void>
}

interface Contents {
  readonly ready: number
  readonly inFlight: number
  /** For how long those in flight stay hidden, in milliseconds from now. */
  readonly hiddenMs: readonly number[]
}

/** Starts a server of its own that speaks SQS. `durable` ones keep their messages when they are killed. */
export async function startFauxqs({ durable = false } = {}): Promise<Fauxqs> {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const client = new SQSClient({
    endpoint: url,
    region,
    useQueueUrlAsEndpoint: false,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'not-a-real-secret' },
  })
  const start = () =>
    startProcess({
      name: 'fauxqs',
      argv: [
        process.execPath,
        path.join(import.meta.dirname, 'fauxqs/serve.ts'),
        String(port),
        ...(durable ? [path.join(folder, 'data')] : []),
      ],
      folder,
      variables: { ...process.env, NODE_NO_WARNINGS: '1' },
      log: path.join(folder, 'fauxqs.log'),
      ready: /It serves/,
    })
  let server = await start()
  return {
    url,
    async makeQueue(name) {
      const Attributes = name.endsWith('.fifo') ? { FifoQueue: 'true' } : undefined
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))
      if (QueueUrl === undefined) throw new Error(`The queue ${name} has no URL.`)
      return QueueUrl
    },
    async deleteQueue(QueueUrl) {
      await client.send(new DeleteQueueCommand({ QueueUrl }))
    },
    async sendBodies(QueueUrl, bodies) {
      const Entries = bodies.map((MessageBody, index) => ({
        Id: String(index),
        MessageBody,
        ...(QueueUrl.endsWith('.fifo') && {
          MessageGroupId: randomUUID(),
          MessageDeduplicationId: randomUUID(),
        }),
      }))
      await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
    },
    async look(name) {
      const answer = await fetch(`${url}/_fauxqs/queues/${name}`)
      const { messages } = (await answer.json()) as {
        messages: { ready: unknown[]; inflight: { visibilityDeadline: number }[] }
      }
      return {
        ready: messages.ready.length,
        inFlight: messages.inflight.length,
        hiddenMs: messages.inflight.map(({ visibilityDeadline }) => visibilityDeadline - Date.now()),
      }
    },
    kill: () => server.stop('SIGKILL'),
    async start() {
      server = await start()
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await server.stop('SIGKILL')
      temporary[Symbol.dispose]()
    },
  }
}
