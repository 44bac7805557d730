import { describe, expect, it } from 'vitest'
import { addressOf, regionOf } from './address.ts'

describe('the region in a host’s name', () => {
  it.each([
    ['sqs.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['eu-west-1.queue.amazonaws.com', 'eu-west-1'],
    ['sqs-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['sqs.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['sqs.eu-central-1.api.aws', 'eu-central-1'],
    ['vpce-0a-1b.sqs.us-east-1.vpce.amazonaws.com', 'us-east-1'],
    ['sqs.ap-southeast-2.localhost.localstack.cloud', 'ap-southeast-2'],
    ['localhost', undefined],
    ['queue.amazonaws.com', undefined],
    ['mysqs.example.com', undefined],
  ])('of %s is %s', (host, region) => {
    expect(regionOf(host)).toBe(region)
  })
})

describe('an address', () => {
  it.each([
    [{ queue: 'a' }, { name: 'a', isFifo: false }],
    [
      { queue: 'a.fifo', region: 'eu-west-1', endpoint: 'http://localhost:1' },
      { name: 'a.fifo', isFifo: true, region: 'eu-west-1', endpoint: 'http://localhost:1' },
    ],
    [
      { queue: 'https://sqs.eu-west-1.amazonaws.com/1/b.fifo' },
      {
        name: 'b.fifo',
        isFifo: true,
        url: 'https://sqs.eu-west-1.amazonaws.com/1/b.fifo',
        region: 'eu-west-1',
        endpoint: 'https://sqs.eu-west-1.amazonaws.com',
      },
    ],
    [
      { queue: 'http://sqs.us-east-1.localhost:4566/0/b', endpoint: 'http://127.0.0.1:9' },
      {
        name: 'b',
        isFifo: false,
        url: 'http://sqs.us-east-1.localhost:4566/0/b',
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:9',
      },
    ],
  ])('is read from %o', (settings, address) => {
    expect(addressOf(settings)).toEqual(address)
  })
})
