import path from 'node:path'
import type { Reference } from '../environment/reference.ts'
import type { QueueWiring } from '../queues/queue.ts'
import { referenceProblem } from './reference-problem.ts'

interface RabbitMqOptions {
  /** `amqp://USER:PASSWORD@HOST/VHOST`, or `amqps://`. */
  readonly url: Reference
  /** The queue's name: `purser` unless stated. */
  readonly queue?: string
  /**
   * How many hints a worker has in stock, those that it works on among them: 500 at most. Unless stated, what lasts about
   * 50 ms, from 4 to 64.
   */
  readonly prefetch?: number
  /** Where the workers run: the file with the CA of the server's certificate, if it is none that everybody knows. */
  readonly ca?: string
}

/** A quorum queue of RabbitMQ, its URL by reference: a variable of the release, or a file. Needs `rabbitmq-client`. */
export function rabbitmq(options: RabbitMqOptions): QueueWiring {
  const { url, ...settings } = options
  return {
    kind: 'rabbitmq',
    describe: `rabbitmq (queue ${settings.queue ?? 'purser'})`,
    problems: problemsOf(options),
    url,
    settings: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
  }
}

const checks: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  url: reference,
  queue: (value) =>
    typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 255 && !value.startsWith('amq.')
      ? undefined
      : `is ${JSON.stringify(value)}: expected a name of 255 bytes at most, which doesn't begin with "amq.".`,
  prefetch: (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 500
      ? undefined
      : `is ${JSON.stringify(value)}: expected a whole number from 1 to 500.`,
  ca: (value) =>
    typeof value === 'string' && path.isAbsolute(value)
      ? undefined
      : `is ${JSON.stringify(value)}: expected a whole path, such as /etc/ssl/rabbitmq-ca.pem.`,
}

function problemsOf(options: RabbitMqOptions): QueueWiring['problems'] {
  const given: Readonly<Record<string, unknown>> = { ...options, url: options.url }
  return Object.entries(given)
    .filter(([key, value]) => value !== undefined || key === 'url')
    .flatMap(([path, value]) => {
      const check = checks[path]
      const message =
        check === undefined
          ? `is not known here. Known keys: ${Object.keys(checks).join(', ')}.`
          : check(value)
      return message === undefined ? [] : [{ path, message }]
    })
}

function reference(value: unknown): string | undefined {
  return referenceProblem(value, { variable: 'AMQP_URL', file: '/run/secrets/amqp-url' })
}
