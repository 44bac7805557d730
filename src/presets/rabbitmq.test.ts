import { describe, expect, it } from 'vitest'
import { rabbitmq } from './rabbitmq.ts'

const url = { variable: 'AMQP_URL' }

describe('rabbitmq()', () => {
  it('is plain data', () => {
    const wiring = rabbitmq({ url, queue: 'batches', prefetch: 8, ca: '/etc/ca.pem' })
    expect(wiring).toEqual({
      kind: 'rabbitmq',
      describe: 'rabbitmq (queue batches)',
      problems: [],
      url,
      settings: { queue: 'batches', prefetch: 8, ca: '/etc/ca.pem' },
    })
    expect(JSON.parse(JSON.stringify(wiring))).toEqual(wiring)
  })

  it('needs its URL only', () => {
    expect(rabbitmq({ url: { file: '/run/secrets/amqp-url' } })).toMatchObject({
      describe: 'rabbitmq (queue purser)',
      problems: [],
      settings: {},
    })
  })

  it.each([
    [{}, 'url', /^must be a reference, never the URL itself/],
    [{ url: 'amqp://a:hunter2@host' }, 'url', /^must be a reference, (?!.*hunter2)/],
    [{ url: { variable: '' } }, 'url', /^must be a reference/],
    [{ url: { variable: 'A', file: '/b' } }, 'url', /^must be a reference/],
    [{ url: { file: 'secrets/url' } }, 'url', /^names the file secrets\/url: expected a whole path/],
    [{ url, queue: '' }, 'queue', /^is "": expected a name/],
    [{ url, queue: 'amq.mine' }, 'queue', /^is "amq\.mine"/],
    [{ url, queue: 'ü'.repeat(128) }, 'queue', /255 bytes/],
    [{ url, prefetch: 0 }, 'prefetch', /^is 0: expected a whole number from 1 to 500\.$/],
    [{ url, prefetch: 501 }, 'prefetch', /^is 501/],
    [{ url, prefetch: '8' }, 'prefetch', /^is "8"/],
    [{ url, ca: 'ca.pem' }, 'ca', /^is "ca\.pem": expected a whole path/],
    [{ url, vhost: 'x' }, 'vhost', /^is not known here\. Known keys: url, queue, prefetch, ca\.$/],
  ])('finds what is wrong with %j', (options, path, message) => {
    const { problems } = rabbitmq(options as Parameters<typeof rabbitmq>[0])
    expect(problems).toEqual([{ path, message: expect.stringMatching(message) }])
  })
})
