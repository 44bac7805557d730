import { createServer, type Socket } from 'node:net'
import { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { brokerOf } from '../../../src/queues/rabbitmq/broker.ts'
import { connect } from '../../../src/queues/rabbitmq/connection/session.ts'
import { openRabbitMqQueue } from '../../../src/queues/rabbitmq/rabbitmq-queue.ts'
import { hintOf } from '../../conformance/queue.ts'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq.ts'

let rabbit: RabbitMq
beforeAll(async () => {
  rabbit = await startRabbitMq()
})
afterAll(() => rabbit[Symbol.asyncDispose]())

interface Declaration {
  readonly durable?: boolean
  readonly autoDelete?: boolean
  readonly exclusive?: boolean
  readonly arguments?: Readonly<Record<string, string | number | boolean>>
}

const reports: string[] = []
const open = (url: string | undefined, settings: JsonObject = {}) =>
  openRabbitMqQueue({
    ...(url === undefined ? {} : { url }),
    settings,
    report: (sentence) => reports.push(sentence),
  })

/** What opening fails with; its message and everything below it hold no password. */
async function failure(url: string | undefined, settings?: JsonObject) {
  const error: unknown = await open(url, settings).then(
    async (queue) => {
      await queue[Symbol.asyncDispose]()
    },
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(Error)
  const { cause, ...told } = error as Error & { code: string; remedy: string; cause?: unknown }
  const text = [JSON.stringify(told), (error as Error).message, String(cause)].join('\n')
  for (const password of [rabbit.password, encodeURIComponent(rabbit.password), 'wrong-word']) {
    expect(text).not.toContain(password)
  }
  return { code: told.code, message: (error as Error).message }
}

describe('a queue on RabbitMQ that can not be opened', () => {
  it('says that the password is wrong', async () => {
    expect(await failure(rabbit.url({ password: 'wrong-word' }))).toEqual({
      code: 'QUEUE_REFUSED',
      message: `RabbitMQ at 127.0.0.1:${rabbit.port} doesn't let the user "purser" in: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.`,
    })
  })

  it('says that the virtual host is wrong', async () => {
    const { code, message } = await failure(rabbit.url({ vhost: 'no such' }))
    expect(code).toBe('QUEUE_REFUSED')
    expect(message).toMatch(/doesn't open the virtual host "no such" to the user "purser": .*not found/)
  })

  it('says that the user may not enter the virtual host', async () => {
    await rabbit.control('add_user', 'outsider', 'word')
    const { code, message } = await failure(rabbit.url({ user: 'outsider', password: 'word' }))
    expect(code).toBe('QUEUE_REFUSED')
    expect(message).toMatch(/"outsider".*refused/)
  })

  it('says that the user may not make the queue, and uses one that was made for it', async () => {
    await rabbit.control('add_user', 'clerk', 'word')
    await rabbit.control('set_permissions', 'clerk', '^$', '.*', '.*')
    const url = rabbit.url({ user: 'clerk', password: 'word' })
    const { code, message } = await failure(url, { queue: 'clerk' })
    expect(code).toBe('QUEUE_REFUSED')
    expect(message).toMatch(/doesn't give the queue "clerk" to the user "clerk": .*refused/)
    await (await open(rabbit.url(), { queue: 'clerk' }))[Symbol.asyncDispose]()
    await using queue = await open(url, { queue: 'clerk' })
    expect(await queue.send([hintOf(1)])).toEqual([])
    expect((await queue.receive({ leaseMs: 1_000, waitMs: 10_000 }))?.hint).toEqual(hintOf(1))
  })

  it('says that nobody listens there', async () => {
    const port = await freePort()
    const { code, message } = await failure(`amqp://purser:wrong-word@127.0.0.1:${port}`)
    expect(code).toBe('QUEUE_UNREACHABLE')
    expect(message).toBe(
      `RabbitMQ at 127.0.0.1:${port} can't be reached: connect ECONNREFUSED 127.0.0.1:${port}.`,
    )
  })

  it('says that its name leads nowhere', async () => {
    const { code, message } = await failure('amqp://a:wrong-word@no-such-host.invalid')
    expect(code).toBe('QUEUE_UNREACHABLE')
    expect(message).toMatch(/^RabbitMQ at no-such-host.invalid:5672 can't be reached: getaddrinfo/)
  })

  it.each([
    [
      'speaks another protocol',
      (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\nwhat is this?'),
    ],
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['says nothing', () => {}],
    ['speaks another AMQP', (socket: Socket) => socket.end('AMQP\x00\x01\x00\x00')],
    ['sends rubbish', (socket: Socket) => socket.end(Buffer.alloc(100_000, 1))],
  ])('says so when what listens there %s', async (_, answer) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
      answer(socket)
    }).listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => server.once('listening', resolve))
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      const started = performance.now()
      const { code, message } = await failure(`amqp://a:wrong-word@127.0.0.1:${port}`, {
        answerWithinMs: 1_000,
      })
      expect(code).toBe('QUEUE_UNREACHABLE')
      expect(message).toMatch(/can't be reached: \S/)
      expect(performance.now() - started).toBeLessThan(3_000)
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  it('gives up on a RabbitMQ that hangs', async () => {
    rabbit.freeze()
    try {
      const { code, message } = await failure(rabbit.url(), { answerWithinMs: 1_000 })
      expect({ code, message }).toEqual({
        code: 'QUEUE_UNREACHABLE',
        message: `RabbitMQ at 127.0.0.1:${rabbit.port} can't be reached: no answer within 1 s.`,
      })
    } finally {
      rabbit.thaw()
    }
  })

  it.each([undefined, '', 'wrong-word', 'http://wrong-word@host', 'amqp://', 'amqp://a:%zzwrong-word@host'])(
    'says that the URL is none: %s',
    async (url) => {
      expect((await failure(url)).message).toMatch(/^The URL of RabbitMQ is missing or none/)
    },
  )
})

describe('a connection', () => {
  it('is told the version of RabbitMQ', async () => {
    const session = await connect(
      await brokerOf({ url: rabbit.url(), settings: {} }),
      new AbortController().signal,
    )
    session.destroy()
    expect(session.version).toBe((await rabbit.control('version')).trim())
  })
})

describe('TLS', () => {
  it('is spoken with a RabbitMQ whose CA is named', async () => {
    await using queue = await open(rabbit.tls.url(), { queue: 'tls', ca: rabbit.tls.ca })
    expect(await queue.send([hintOf(1)])).toEqual([])
    expect((await queue.receive({ leaseMs: 1_000, waitMs: 10_000 }))?.hint).toEqual(hintOf(1))
  })

  it.each([
    ['another CA is named', () => rabbit.tls.url(), () => ({ ca: rabbit.tls.otherCa })],
    ['the file of the CA has none in it', () => rabbit.tls.url(), () => ({ ca: '/etc/hostname' })],
    ['no CA is named', () => rabbit.tls.url(), () => ({})],
    [
      'it is named by an address',
      () => rabbit.tls.url().replace('localhost', '127.0.0.1'),
      () => ({ ca: rabbit.tls.ca }),
    ],
    [
      'the port is the one without TLS',
      () => rabbit.url().replace('amqp:', 'amqps:'),
      () => ({ ca: rabbit.tls.ca }),
    ],
  ])('fails in words when %s', async (_, url, settings) => {
    const { code, message } = await failure(url(), settings())
    expect(code).toBe('QUEUE_UNREACHABLE')
    expect(message).toMatch(/TLS failed: \S/)
  })

  it('fails in words when the port is the one with TLS, and the URL is without', async () => {
    const { code } = await failure(rabbit.tls.url().replace('amqps:', 'amqp:'), { answerWithinMs: 2_000 })
    expect(code).toBe('QUEUE_UNREACHABLE')
  })

  it('fails in words when the file of the CA is not there', async () => {
    const { code, message } = await failure(rabbit.tls.url(), { ca: '/no/such/ca.pem' })
    expect(code).toBe('QUEUE_REFUSED')
    expect(message).toMatch(/^The file of RabbitMQ's CA can't be read: ENOENT/)
  })
})

describe('a queue that exists', () => {
  let declaring: Connection
  beforeAll(() => {
    declaring = new Connection(rabbit.url())
  })
  afterAll(() => declaring.close())

  type Case = readonly [queue: string, given: Declaration, words: RegExp]
  const quorum = { 'x-queue-type': 'quorum' }
  it.each<Case>([
    ['classic', {}, /it is a classic queue, not a quorum queue\.$/],
    ['named-classic', { arguments: { 'x-queue-type': 'classic' } }, /it is a classic queue/],
    ['passing', { durable: false }, /does not outlive a restart of RabbitMQ; it is a classic queue/],
    [
      'limited',
      { arguments: { ...quorum, 'x-delivery-limit': 5 } },
      /: a message that came back more than 5 times is/,
    ],
    [
      'several',
      {
        arguments: {
          ...quorum,
          'x-message-ttl': 60_000,
          'x-dead-letter-exchange': 'graves',
          'x-max-length': 9,
        },
      },
      /(?=.*dropped after 60000 ms)(?=.*exchange of its own, "graves")(?=.*9 messages at most)/,
    ],
    [
      'one-by-one',
      { arguments: { ...quorum, 'x-single-active-consumer': true } },
      /serves one worker at a time/,
    ],
  ])('otherwise than purser makes one is used, and told: %s', async (queue, given, remark) => {
    await declaring.queueDeclare({ queue, durable: true, ...given })
    reports.length = 0
    await using opened = await open(rabbit.url(), { queue })
    expect(reports).toEqual([expect.stringMatching(remark)])
    expect(reports[0]).toMatch(new RegExp(`^The queue "${queue}" exists and is used as it is: `))
    expect(await opened.send([hintOf(1)])).toEqual([])
    expect((await opened.receive({ leaseMs: 1_000, waitMs: 10_000 }))?.hint).toEqual(hintOf(1))
    expect(await listedArguments(queue)).not.toBe('')
  })

  it.each<Case>([
    ['auto-delete', { autoDelete: true }, /it is deleted when its last worker leaves/],
    ['exclusive', { exclusive: true }, /it belongs to one connection alone/],
    ['stream', { arguments: { 'x-queue-type': 'stream' } }, /it is a stream/],
  ])('and can not serve is refused, and left as it is: %s', async (queue, given, why) => {
    await declaring.queueDeclare({ queue, durable: true, ...given })
    const before = await listedArguments(queue)
    const { code, message } = await failure(rabbit.url(), { queue })
    expect(code).toBe('QUEUE_REFUSED')
    expect(message).toMatch(why)
    expect(await listedArguments(queue)).toBe(before)
  })

  it('and is purser’s own is no news', async () => {
    reports.length = 0
    for (const _ of [1, 2]) await (await open(rabbit.url(), { queue: 'own' }))[Symbol.asyncDispose]()
    expect(reports).toEqual([])
    // Before RabbitMQ 4 a limit of -1 would drop every message that is given back.
    expect(await listedArguments('own')).toMatch(/^own\s+true\s+\[\{"x-queue-type","quorum"\}\]$/)
  })

  const listedArguments = async (queue: string) => {
    const lines = (await rabbit.control('-q', 'list_queues', 'name', 'durable', 'arguments')).split('\n')
    return lines.find((line) => line.startsWith(`${queue}\t`)) ?? ''
  }
})
