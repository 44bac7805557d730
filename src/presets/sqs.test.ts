import { describe, expect, it } from 'vitest'
import { sqs } from './sqs.ts'

const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/backfills'

describe('a queue of SQS', () => {
  it.each([
    [{ queue: 'backfills' }],
    [{ queue: 'backfills.fifo', region: 'us-gov-west-1' }],
    [{ queue: url, region: 'eu-west-1' }],
    [{ queue: 'http://sqs.us-east-1.localhost:4566/000000000000/a.fifo', endpoint: 'http://localhost:4566' }],
  ])('is named by %o', (options) => {
    expect(sqs(options)).toMatchObject({ kind: 'sqs', problems: [], settings: options })
  })

  it('is told of by its name', () => {
    expect(sqs({ queue: url }).describe).toBe('sqs (queue backfills)')
  })

  it.each([
    [{}, 'queue', 'is needed'],
    [{ queue: 7 }, 'queue', 'is 7: expected a string.'],
    [{ queue: 'back fills' }, 'queue', 'is "back fills": expected up to 80 letters'],
    [{ queue: 'x'.repeat(81) }, 'queue', 'expected up to 80 letters'],
    [{ queue: 'https://sqs.eu-west-1.amazonaws.com/backfills' }, 'queue', 'must end with the account'],
    [{ queue: 'amqp://localhost/123456789012/q' }, 'queue', 'begins with https://'],
    [{ queue: 'a', region: 'Ireland' }, 'region', 'is "Ireland": expected a region'],
    [{ queue: 'a', endpoint: 'localhost' }, 'endpoint', 'must be a URL'],
    [{ queue: 'a', prefetch: 3 }, 'prefetch', 'is not known here. Known keys: queue, region, endpoint.'],
  ])('says what is wrong with %o', (options, path, message) => {
    const { problems } = sqs(options as { queue: string })
    expect(problems).toEqual([{ path, message: expect.stringContaining(message) }])
  })

  it.each([
    { queue: 'https://me:hunter2@sqs.eu-west-1.amazonaws.com/123456789012/backfills' },
    { queue: 'backfills', endpoint: 'https://me:hunter2@sqs.example.com' },
  ])('has no password, and repeats none', (options) => {
    const { problems, describe } = sqs(options)
    expect(problems).toHaveLength(1)
    expect(JSON.stringify([problems, describe])).not.toContain('hunter2')
  })
})
