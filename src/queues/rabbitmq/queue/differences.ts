/** How a queue is declared: what RabbitMQ compares when it exists. */
export interface Declaration {
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly arguments: Readonly<Record<string, string | number | boolean>>
}

/** One thing in which the queue that exists is another than the one that was asked for. */
export interface Difference {
  /** `durable`, `auto_delete`, or the name of an argument: `x-message-ttl`. */
  readonly name: string
  /** What the existing queue has; `undefined` when it has no such argument. */
  readonly value: string | number | boolean | undefined
}

/** What RabbitMQ objects to when a queue that exists is declared again; `undefined` for any other refusal. */
export function differenceIn(message: string): Difference | undefined {
  const [, name, , current] = /inequivalent arg '([^']+)'(.*)but current is (.*)$/s.exec(message) ?? []
  if (name === undefined || current === undefined) return undefined
  if (current === 'none') return { name, value: undefined }
  const [, value, type] = /'(.*?)'(?: of type '(\w+)')?$/s.exec(current) ?? []
  if (value === undefined) return undefined // cut off: RabbitMQ's sentences have 255 bytes
  if (name === 'durable' || name === 'auto_delete' || type === 'bool')
    return { name, value: value === 'true' }
  return { name, value: type === undefined || type === 'longstr' ? value : Number(value) }
}

/** The declaration that agrees with the existing queue in this, too. */
export function agreeing(declaration: Declaration, { name, value }: Difference): Declaration {
  if (name === 'durable') return { ...declaration, durable: value === true }
  if (name === 'auto_delete') return { ...declaration, autoDelete: value === true }
  const { [name]: _, ...others } = declaration.arguments
  return { ...declaration, arguments: value === undefined ? others : { ...others, [name]: value } }
}

/** Why a queue with this can't serve, or `undefined`. */
export function obstacleIn({ name, value }: Difference): string | undefined {
  if (name === 'auto_delete' && value === true) {
    return 'it is deleted when its last worker leaves (auto-delete)'
  }
  return name === 'x-queue-type' && value === 'stream' ? 'it is a stream, whose messages stay' : undefined
}

const words: Readonly<Record<string, (value: Difference['value']) => string>> = {
  durable: () => 'it does not outlive a restart of RabbitMQ',
  'x-queue-type': (value) => `it is a ${value ?? 'classic'} queue, not a quorum queue`,
  'x-delivery-limit': (value) =>
    value === undefined
      ? "it has RabbitMQ's own delivery limit, after which a message is dropped or dead-lettered"
      : `a message that came back more than ${Math.max(0, Number(value))} times is dropped or dead-lettered (x-delivery-limit)`,
  'x-message-ttl': (value) => `messages are dropped after ${value} ms (x-message-ttl)`,
  'x-expires': (value) => `it is deleted when nobody used it for ${value} ms (x-expires)`,
  'x-dead-letter-exchange': (value) => `it has a dead-letter exchange of its own, "${value}"`,
  'x-max-length': (value) => `it holds ${value} messages at most (x-max-length)`,
  'x-single-active-consumer': () => 'it serves one worker at a time (x-single-active-consumer)',
}

/** For people: `messages are dropped after 5000 ms (x-message-ttl)`. */
export function describeDifference(difference: Difference): string {
  const { name, value } = difference
  return words[name]?.(value) ?? (value === undefined ? `it has no ${name}` : `it has ${name} ${value}`)
}
