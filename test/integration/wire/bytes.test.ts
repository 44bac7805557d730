import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { debianPrograms, psql, realPassword, run, tap } from './world.ts'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres(realPassword, { programs: await debianPrograms() })
})
afterAll(() => server?.[Symbol.asyncDispose]())

/** What went to and fro over one connection. */
interface Recording {
  readonly out: Buffer[]
  readonly back: Buffer[]
}

/** Passes connections on to a port, and keeps all they carry. */
async function recorder(to: number) {
  const recordings: Recording[] = []
  let open = 0
  const proxy = createServer({ allowHalfOpen: true }, (from) => {
    const recording: Recording = { out: [], back: [] }
    recordings.push(recording)
    open += 1
    const there = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true })
    there.on('close', () => {
      open -= 1
    })
    from.on('data', (bytes: Buffer) => recording.out.push(bytes))
    there.on('data', (bytes: Buffer) => recording.back.push(bytes))
    from.pipe(there)
    there.pipe(from)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as { port: number }
  return {
    recordings,
    /** A URL that leads here in place of the other. */
    before: (url: string) => url.replace(/:\d+\//, `:${port}/`),
    quiet: () => until(() => open === 0),
    async [Symbol.asyncDispose]() {
      proxy.close()
      await once(proxy, 'close')
    },
  }
}

const portOf = (url: string) => Number(new URL(url).port)
const letIn = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0])

/** What a session carries once its client was let in: out, after the last answer to a question for passwords; back. */
function session({ out, back }: Recording): readonly [Buffer, Buffer] {
  let sent = Buffer.concat(out)
  sent = sent.subarray(sent.readInt32BE(0)) // the start
  while (sent[0] === 'p'.charCodeAt(0)) sent = sent.subarray(1 + sent.readInt32BE(1))
  const came = Buffer.concat(back)
  return [sent, came.subarray(came.indexOf(letIn))]
}

it('changes not one byte of what a session carries', async () => {
  await using atServer = await recorder(server.port)
  await using wire = await tap(atServer.before(server.url()))
  await atServer.quiet()
  atServer.recordings.length = 0 // the wire's own first look
  await using atClient = await recorder(portOf(wire.url))
  const url = atClient.before(wire.url)
  await run('pgbench', ['-i', '-q', '-s', '1', url])
  await run('pgbench', ['-M', 'prepared', '-c', '1', '-t', '20', '-n', url])
  await psql(
    url,
    'create temp table t as select * from pgbench_accounts; copy t to stdout (format binary); select 1 / 0',
  )
  await atClient.quiet()
  await atServer.quiet()
  expect(atClient.recordings.length).toBeGreaterThanOrEqual(3)
  expect(atClient.recordings).toHaveLength(atServer.recordings.length)
  for (const [index, recording] of atClient.recordings.entries()) {
    const [sent, came] = session(recording)
    const [received, answered] = session(atServer.recordings[index] ?? { out: [], back: [] })
    expect(sent.equals(received)).toBe(true)
    expect(came.equals(answered)).toBe(true)
    expect([sent.length, came.length]).toEqual([
      expect.toSatisfy((n) => n > 5),
      expect.toSatisfy((n) => n > 100),
    ])
  }
})
