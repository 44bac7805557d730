import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '../../../src/core/json.ts'
import { limits } from '../../../src/queues/sqs/limits.ts'
import { openSqsQueue } from '../../../src/queues/sqs/sqs-queue.ts'
import { stubCredentials } from '../../support/fauxqs/open.ts'
import { credentials, type Fauxqs, region, startFauxqs } from '../../support/fauxqs.ts'
import { type SqsFaultProxy, startSqsFaultProxy, throttled } from '../../support/sqs-fault-proxy.ts'

let server: Fauxqs
let proxy: SqsFaultProxy
let url: string
beforeAll(async () => {
  server = await startFauxqs()
  proxy = await startSqsFaultProxy(server.url)
  url = await server.makeQueue('work')
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
beforeEach(stubCredentials)

const open = (settings: JsonObject, openWithinMs = limits.openWithinMs) =>
  openSqsQueue({ settings, report: () => {} }, { ...limits, openWithinMs })

describe('a queue of SQS', () => {
  it.each([
    ['its name', () => ({ queue: 'work', region, endpoint: proxy.url })],
    ['its URL', () => ({ queue: url, region, endpoint: proxy.url })],
    ['its URL, which says the rest', () => ({ queue: url.replace(/\/\/[^/]+/, proxy.url.slice(5)), region })],
  ])('is opened by %s', async (_what, settings) => {
    await using queue = await open(settings())
    expect(await queue.send([{ batch: 'b', slice: 1, generation: 0, sending: 1, definition: 'd' }])).toEqual(
      [],
    )
    const delivery = await queue.receive({ leaseMs: 5_000, waitMs: 5_000 })
    await delivery?.ack()
    expect(delivery?.hint.slice).toBe(1)
  })

  it('says where there is none of this name, and how to make it', async () => {
    await expect(open({ queue: 'nope.fifo', region, endpoint: server.url })).rejects.toMatchObject({
      code: 'QUEUE_MISSING',
      message: expect.stringMatching(/^SQS at 127\.0\.0\.1:\d+ \(us-east-1\) has no queue "nope\.fifo"/),
      remedy: expect.stringContaining('create-queue --queue-name nope.fifo --attributes FifoQueue=true'),
    })
  })

  it('says so for a URL, too', async () => {
    const gone = url.replace(/work$/, 'nope')
    await expect(open({ queue: gone, endpoint: server.url })).rejects.toMatchObject({ code: 'QUEUE_MISSING' })
  })

  it('is looked for in the region that was said, and that region is named', async () => {
    await expect(open({ queue: 'work', region: 'eu-west-1', endpoint: server.url })).rejects.toMatchObject({
      code: 'QUEUE_MISSING',
      message: expect.stringContaining('(eu-west-1)'),
    })
  })

  it('is refused without a region', async () => {
    await expect(open({ queue: 'work', endpoint: server.url })).rejects.toMatchObject({
      code: 'QUEUE_REFUSED',
      message: expect.stringContaining('no AWS region is known'),
    })
  })

  it('is refused without credentials', async () => {
    for (const name of Object.keys(credentials)) vi.stubEnv(name, undefined)
    await expect(open({ queue: 'work', region, endpoint: server.url })).rejects.toMatchObject({
      code: 'QUEUE_REFUSED',
      message: expect.stringContaining('there are no AWS credentials'),
    })
  })

  it.each([
    ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
    ['AccessDeniedException', 'User: arn:aws:iam::1:user/me is not authorized to perform: sqs:getqueueurl'],
    ['SignatureDoesNotMatch', "The Canonical String should have been 'x-amz-security-token:SECRET'"],
    ['ExpiredToken', 'The security token included in the request is expired\nx-amz-security-token:SECRET'],
  ])('is refused with wrong credentials, in the words of %s and without a secret', async (code, message) => {
    using _ = proxy.inject('GetQueueUrl', { kind: 'error', status: 403, code, message })
    const error = await open({ queue: 'work', region, endpoint: proxy.url }).catch((error) => error)
    expect(error).toMatchObject({ code: 'QUEUE_REFUSED', message: expect.stringContaining(code) })
    expect(`${error.message} ${error.remedy} ${error.cause}`).not.toContain('SECRET')
  })

  it('that may be used but not asked about is opened by its URL', async () => {
    const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const
    using _ = proxy.inject('GetQueueAttributes', denied)
    await using queue = await open({ queue: url, endpoint: proxy.url })
    expect(queue.condition()).toBeUndefined()
  })

  it.each([
    ['nobody listens', 'http://127.0.0.1:1', /can't be reached: connect ECONNREFUSED/],
    ['the name does not resolve', 'http://sqs.nowhere.invalid', /can't be reached: getaddrinfo/],
  ])('is unreachable where %s', async (_what, endpoint, message) => {
    await expect(open({ queue: 'work', region, endpoint })).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringMatching(message),
    })
  })

  it('is unreachable where something else answers', async () => {
    const other = createServer((_request, response) => response.end('<html></html>')).listen(0)
    const address = other.address()
    const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    await expect(open({ queue: 'work', region, endpoint })).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringContaining('what answers there is not SQS'),
    })
    other.close()
  })

  it('is given up when no answer comes in time', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    using _ = proxy.inject('GetQueueUrl', { kind: 'hold', until: promise })
    await expect(open({ queue: 'work', region, endpoint: proxy.url }, 300)).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: expect.stringContaining('no answer came'),
    })
    resolve()
  })

  it('[14] is found although SQS throttles for a while, and not looked for without end', async () => {
    {
      using _ = proxy.inject('GetQueueUrl', throttled, 3)
      await using queue = await open({ queue: 'work', region, endpoint: proxy.url })
      expect(queue.condition()).toBeUndefined()
    }
    using _ = proxy.inject('GetQueueUrl', throttled)
    await expect(open({ queue: 'work', region, endpoint: proxy.url }, 1_500)).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
    })
  })
})
