import { credentials, type Fauxqs, region, startFauxqs } from '../../../test/support/fauxqs.ts'
import { type RabbitMq, startRabbitMq } from '../../../test/support/rabbitmq.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { type Redis, startRedis } from './redis.ts'

const queueName = 'bench'

/** What the sides need, started when the first of them does. Disposing of it ends what was started. */
export class Services implements AsyncDisposable {
  readonly postgres: BenchPostgres
  readonly #stack: AsyncDisposableStack
  #redis: Promise<Redis> | undefined
  #rabbitMq: Promise<RabbitMq> | undefined
  #fauxqs: Promise<Fauxqs> | undefined

  private constructor(stack: AsyncDisposableStack, postgres: BenchPostgres) {
    this.#stack = stack
    this.postgres = postgres
  }

  static async start(): Promise<Services> {
    const stack = new AsyncDisposableStack()
    return new Services(stack, stack.use(await startPostgres()))
  }

  redis(): Promise<Redis> {
    this.#redis ??= startRedis().then((redis) => this.#stack.use(redis))
    return this.#redis
  }

  /** A queue of RabbitMQ as the release side opens it. */
  async rabbitMq() {
    this.#rabbitMq ??= startRabbitMq().then((server) => this.#stack.use(server))
    const server = await this.#rabbitMq
    return {
      place: { kind: 'rabbitmq', url: { value: server.url() }, settings: { queue: queueName } },
      variables: {},
    }
  }

  /** A standard queue of Amazon SQS, at a server that speaks its protocol. */
  async sqs() {
    this.#fauxqs ??= startFauxqs().then(async (server) => {
      await server.makeQueue(queueName)
      return this.#stack.use(server)
    })
    const { url: endpoint } = await this.#fauxqs
    return {
      place: { kind: 'sqs', settings: { queue: queueName, region, endpoint } },
      variables: { ...credentials, AWS_EC2_METADATA_DISABLED: 'true' },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
