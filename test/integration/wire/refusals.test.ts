import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { gssRequest, sslRequest, version3 } from '../../../src/databases/postgres/wire/protocol/codes.ts'
import { int32, message, packet, startup, text } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { psql, realPassword, run, type Tapped, tap } from './world.ts'

let server: Postgres
let wire: Tapped
beforeAll(async () => {
  server = await startPostgres(realPassword)
})
afterAll(() => server?.[Symbol.asyncDispose]())
beforeEach(async () => {
  wire = await tap(server.url(), { clientWithinMs: 1_500 })
  return () => wire[Symbol.asyncDispose]()
})

const urlWith = (change: (url: URL) => void) => {
  const url = new URL(wire.url)
  change(url)
  return url.href
}

it.each([
  [
    'another user',
    (url: URL) => {
      url.username = 'postgres'
    },
    'The wire knows no user "postgres", but only the one of this run.',
  ],
  [
    'another password',
    (url: URL) => {
      url.password = 'guessed'
    },
    "The password is not this run's.",
  ],
  [
    'the real password',
    (url: URL) => {
      url.password = realPassword
    },
    "The password is not this run's.",
  ],
  [
    'another database',
    (url: URL) => {
      url.pathname = '/template1'
    },
    'The wire leads to the database "postgres", and not to "template1".',
  ],
  [
    'replication',
    (url: URL) => {
      url.searchParams.set('replication', 'database')
    },
    'The client asks for a replication connection, which the wire does not carry.',
  ],
])('refuses %s, and says so', async (_what, change, sentence) => {
  const { code, stderr } = await psql(urlWith(change), 'select 1')
  expect([code, stderr]).toEqual([2, expect.stringContaining(`FATAL:  ${sentence}`)])
  expect(wire.errors).toMatchObject([{ code: 'WIRE_REFUSED', message: sentence }])
  const said = JSON.stringify(wire.errors.map(({ message: words, remedy }) => [words, remedy])) + stderr
  for (const secret of [realPassword, new URL(wire.url).password]) expect(said).not.toContain(secret)
})

it('takes "replication=false" for what it says', async () => {
  expect(
    (
      await psql(
        urlWith((url) => url.searchParams.set('replication', 'false')),
        'select 1',
      )
    ).stdout,
  ).toBe('1\n')
})

it('is not bothered by a client that asks for its password and leaves', async () => {
  const { code, stderr } = await run('psql', [
    '-wX',
    urlWith((url) => {
      url.password = ''
    }),
    '-c',
    'select 1',
  ])
  expect([code, stderr]).toEqual([2, expect.stringContaining('no password supplied')])
  expect(wire.errors).toEqual([])
})

/** Sends this after the wire asked for a password by SCRAM. */
async function answerScram(first: string, mechanism = 'SCRAM-SHA-256'): Promise<string> {
  const parameters = new Map([
    ['user', Buffer.from(new URL(wire.url).username)],
    ['database', Buffer.from('postgres')],
  ])
  const said = Buffer.from(first)
  return await send(startup(version3, parameters), message('p', text(mechanism), int32(said.length), said))
}

/** Sends all of this, and gives back what comes until the wire closes. */
async function send(...packets: readonly Buffer[]): Promise<string> {
  const { port } = new URL(wire.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(Buffer.concat(packets))
  return (await buffer(socket)).toString('latin1')
}

it.each([
  [
    'binds itself to a channel',
    () => answerScram('p=tls-server-end-point,,n=,r=abc'),
    /^R.*binds its password to a TLS channel \(channel_binding\).*channel_binding at/s,
  ],
  [
    'insists on binding',
    () => answerScram('p=tls-unique,,n=,r=abc', 'SCRAM-SHA-256-PLUS'),
    /insists on channel_binding/,
  ],
  [
    'has another way to log in',
    () => answerScram('n,,n=,r=abc', 'PLAIN'),
    /asked for SCRAM-SHA-256 and answers with another way/,
  ],
  ['garbles SCRAM', () => answerScram('n,,nonsense'), /first message of SCRAM is malformed/],
  [
    'speaks version 2',
    () => send(packet(int32(2 << 16), Buffer.alloc(288))),
    /speaks version 2\.0 of the protocol/,
  ],
  [
    'speaks HTTP',
    () => send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
    /does not speak PostgreSQL's protocol: its first packet has a length of 1195725856/,
  ],
  [
    'begins with TLS',
    () => send(Buffer.from('16030100f1010000ed0303', 'hex')),
    /does not speak PostgreSQL's protocol/,
  ],
  ['says nothing in its first packet', () => send(int32(4)), /a length of 4/],
  [
    'has no end of its start',
    () => send(packet(int32(version3), Buffer.from('user\0x'))),
    /its start has no end/,
  ],
  [
    'has too much of a start',
    () => send(startup(version3, new Map([['user', Buffer.alloc(20_000, 'x')]]))),
    /a length of 20015/,
  ],
  [
    'asks for encryption for ever',
    () => send(packet(int32(sslRequest)), packet(int32(gssRequest)), packet(int32(sslRequest))),
    /^NNE.*again and again/s,
  ],
  [
    'asks for encryption with a tail',
    () => send(packet(int32(sslRequest), Buffer.alloc(4))),
    /something behind it/,
  ],
])('turns away a client that %s', async (_what, meet, answer) => {
  expect(await meet()).toMatch(answer)
  expect(wire.errors).toMatchObject([{ code: 'WIRE_REFUSED' }])
})

it('declines encryption in either order', async () => {
  const [ssl, gss] = [packet(int32(sslRequest)), packet(int32(gssRequest))]
  const start = startup(version3, new Map([['user', Buffer.from('nobody')]]))
  expect(await send(gss, ssl, start)).toMatch(/^NNE/)
  expect(await send(ssl, gss, start)).toMatch(/^NNE/)
})

it('does not wait for ever for a client that says nothing, or stops in the middle', async () => {
  const half = startup(
    version3,
    new Map([
      ['user', Buffer.from(new URL(wire.url).username)],
      ['database', Buffer.from('postgres')],
    ]),
  )
  expect(await Promise.all([send(), send(half.subarray(0, 9)), send(half)])).toEqual(
    Array.from({ length: 3 }, () => expect.stringContaining('did not log in in time')),
  )
  expect(wire.errors).toHaveLength(3)
})

it('opens no session at the server for whoever has not logged in', async () => {
  const sessions = () =>
    server.query("select count(*)::int as n from pg_stat_activity where backend_type = 'client backend'")
  await until(async () => (await sessions())[0]?.n === 1) // our own: the wire's first look is over
  const socket = connect(Number(new URL(wire.url).port), '127.0.0.1')
  const parameters = new Map([
    ['user', Buffer.from(new URL(wire.url).username)],
    ['database', Buffer.from('postgres')],
  ])
  socket.write(startup(version3, parameters))
  await new Promise((resolve) => socket.once('data', resolve))
  expect(await sessions()).toEqual([{ n: 1 }])
  socket.destroy()
})
