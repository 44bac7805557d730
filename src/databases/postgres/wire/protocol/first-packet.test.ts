import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cancelRequest, gssRequest, sslRequest, version3 } from './codes.ts'
import { readFirstPacket } from './first-packet.ts'
import { Garbled, HungUp, Inbox } from './inbox.ts'
import { int32, packet, startup } from './write.ts'

/** What is read of these bytes, as they come in one piece or byte by byte. */
async function read(bytes: Buffer, inPieces = false) {
  const stream = new PassThrough()
  if (inPieces) for (const byte of bytes) stream.write(Buffer.of(byte))
  else stream.write(bytes)
  stream.end()
  return await readFirstPacket(new Inbox(stream))
}

it('reads a start, with values of any encoding', async () => {
  const parameters = new Map([
    ['user', Buffer.from('ä')],
    ['application_name', Buffer.from([0xe4, 0xff])],
    ['_pq_.new', Buffer.from('')],
  ])
  const bytes = startup(version3, parameters)
  for (const inPieces of [false, true]) {
    expect(await read(bytes, inPieces)).toEqual({ kind: 'start', version: version3, parameters })
  }
})

it.each([
  ['TLS', packet(int32(sslRequest)), { kind: 'encryption', of: 'ssl' }],
  ['GSS', packet(int32(gssRequest)), { kind: 'encryption', of: 'gss' }],
  ['a cancel', packet(int32(cancelRequest), Buffer.alloc(8, 7)), { kind: 'cancel', key: Buffer.alloc(8, 7) }],
  [
    'a cancel with a long key',
    packet(int32(cancelRequest), Buffer.alloc(36, 7)),
    { kind: 'cancel', key: Buffer.alloc(36, 7) },
  ],
])('reads a request for %s', async (_what, bytes, packetRead) => {
  expect(await read(bytes)).toEqual(packetRead)
})

it.each([
  ['a short key', packet(int32(cancelRequest), Buffer.alloc(4))],
  ['an endless key', packet(int32(cancelRequest), Buffer.alloc(300))],
  ['a negative length', int32(-1)],
  ['a name without a value', packet(int32(version3), Buffer.from('user\0'))],
  ['something behind its end', packet(int32(version3), Buffer.from('\0x'))],
])('refuses %s', async (_what, bytes) => {
  await expect(read(bytes)).rejects.toThrow(Garbled)
})

it('ends with whatever may come', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, hasLength) => {
      const all = hasLength ? packet(bytes) : Buffer.from(bytes)
      const result = await read(all).catch((error: unknown) => error)
      if (result instanceof Error) expect(result instanceof Garbled || result instanceof HungUp).toBe(true)
    }),
  )
})
