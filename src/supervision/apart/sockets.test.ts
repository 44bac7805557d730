import { describe, expect, it } from 'vitest'
import { isOwn, parseSockets, showEnd, unmapped } from './sockets.ts'

const heading =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

describe('sockets of the kernel', () => {
  it.each([
    ['0100007F:1538', '127.0.0.1:5432'],
    ['0500000A:01BB', '10.0.0.5:443'],
    ['B80D0120000000000000000005000000:0051', '[2001:db8::5]:81'],
    ['0000000000000000FFFF00000500000A:1538', '10.0.0.5:5432'],
    ['00000000000000000000000001000000:0050', '[::1]:80'],
    ['00000000000000000000000000000000:0000', '[::]:0'],
  ])('%s is %s', (hex, shown) => {
    const line = `   0: 0100007F:A1B2 ${hex} 02 00000000:00000000 01:00000064 00000000     0        0 17 2\n`
    const [socket] = parseSockets(heading + line)
    expect(socket && showEnd(socket.remote)).toBe(shown)
    expect(socket?.isListening).toBe(false)
  })

  it('that listen are known', () => {
    expect(parseSockets(`${heading}  0: 00000000:1538 00000000:0000 0A 0:0\n`)).toEqual([
      { local: { host: '0.0.0.0', port: 5432 }, remote: { host: '0.0.0.0', port: 0 }, isListening: true },
    ])
    expect(parseSockets(heading)).toEqual([])
  })

  it('are of the machine itself, or not', () => {
    expect(['127.0.1.1', '::1', '0.0.0.0', '::'].every(isOwn)).toBe(true)
    expect(['10.0.0.5', '128.0.0.1', '2001:db8::1'].some(isOwn)).toBe(false)
    expect([unmapped('::ffff:10.0.0.5'), unmapped('::1')]).toEqual(['10.0.0.5', '::1'])
  })
})
