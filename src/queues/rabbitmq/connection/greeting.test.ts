import { describe, expect, it } from 'vitest'
import { beginsGreeting, knowsUnlimitedDeliveries, otherProtocol, versionIn } from './greeting.ts'

/** A frame as RabbitMQ begins with it: `connection.start` with these properties. */
function greeting(properties: Readonly<Record<string, string>>): Buffer {
  const table = Buffer.concat(
    Object.entries(properties).flatMap(([name, value]) => [
      Buffer.from([name.length]),
      Buffer.from(`${name}S`),
      sized(Buffer.from(value)),
    ]),
  )
  const payload = Buffer.concat([
    Buffer.from([0, 10, 0, 10, 0, 9]),
    sized(table),
    sized(Buffer.from('PLAIN')),
    sized(Buffer.from('en_US')),
  ])
  return Buffer.concat([Buffer.from([1, 0, 0]), sized(payload), Buffer.from([0xce])])
}

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(bytes.length)
  return Buffer.concat([size, bytes])
}

describe('a greeting of RabbitMQ', () => {
  it.each([
    ['3.10.8', false],
    ['3.13.7', false],
    ['4.0.1', true],
    ['4.3.0-beta.2', true],
    ['12.0.0', true],
  ])('of version %s tells it', (version, unlimited) => {
    const bytes = greeting({ product: 'RabbitMQ', platform: 'Erlang', version, information: 'https://…' })
    expect(beginsGreeting(bytes.subarray(0, 8))).toBe(true)
    expect(versionIn(bytes)).toBe(version)
    expect(knowsUnlimitedDeliveries(versionIn(bytes))).toBe(unlimited)
  })

  it('that tells no version, or is cut off, or another, is taken for an old one', () => {
    const whole = greeting({ product: 'RabbitMQ', version: '4.1.0' })
    const others = [
      greeting({ product: 'RabbitMQ' }),
      greeting({ version: 'new' }),
      Buffer.alloc(0),
      Buffer.from('\x07versionS'),
      whole.subarray(0, whole.indexOf('version')),
    ]
    for (const bytes of others) expect(knowsUnlimitedDeliveries(versionIn(bytes))).toBe(false)
  })

  it('is told from what others begin with', () => {
    expect(beginsGreeting(otherProtocol)).toBe(true)
    for (const other of ['HTTP/1.1', 'SSH-2.0-', '220 mail', '\x15\x03\x01\x00\x02\x02\x46\x00']) {
      expect(beginsGreeting(Buffer.from(other, 'latin1'))).toBe(false)
    }
  })
})
