import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { message, text as zeroEnded } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { cancel } from '../../../src/databases/postgres/wire/server-leg/cancel.ts'
import { openServerSession } from '../../../src/databases/postgres/wire/server-leg/open-session.ts'
import { readTarget } from '../../../src/databases/postgres/wire/target/target.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { connected, debianPrograms, psql, realPassword, type Tapped, tap } from './world.ts'

describe.each(await allPrograms())('a session through the wire to version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
    await server.query('create table marks (n int)')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    wire = await tap(server.url())
    await server.query('truncate marks')
    return () => wire[Symbol.asyncDispose]()
  })

  const active = () =>
    server.query(
      "select pid from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid() and state = 'active'",
    )
  const isActive = async () => (await active()).length === 1
  const isOver = async () =>
    (
      await server.query(
        "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      )
    ).length === 0
  const marks = async () => (await server.query('select n from marks')).length

  /** psql at work on a statement that lasts ten minutes. */
  async function busy(script: string) {
    const child = spawn('psql', ['-AtX', wire.url, '-c', script], { env: { PATH: process.env.PATH } })
    const [stderr, closed] = [text(child.stderr), once(child, 'close')]
    await until(isActive)
    return { child, stderr, closed }
  }

  it('cancels what it does when its client asks for that', async () => {
    const { child, stderr, closed } = await busy('select pg_sleep(600)')
    child.kill('SIGINT')
    expect(await stderr).toContain('canceling statement due to user request')
    await closed
    expect(wire.errors).toEqual([])
  })

  it('is not cancelled with a key that nobody was given', async () => {
    const { child, closed } = await busy('select pg_sleep(600)')
    const [row] = await active()
    const session = await openServerSession(await readTarget(server.url()))
    const key = Buffer.from(session.key ?? [])
    session.socket.destroy()
    key.writeInt32BE(Number(row?.pid), 0)
    const target = await readTarget(wire.url)
    await cancel(target, target.address, key)
    // and not with the right one of a session that the wire does not carry
    const direct = await openServerSession(await readTarget(server.url()))
    direct.socket.write(message('Q', zeroEnded('select pg_sleep(600)')))
    await until(async () => (await active()).length === 2)
    await cancel(target, target.address, Buffer.from(direct.key ?? []))
    expect(await active()).toHaveLength(2)
    direct.socket.destroy()
    child.kill('SIGINT')
    await closed
    await server.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
    )
  })

  it.each([
    'begin; insert into marks values (1); select pg_sleep(600)',
    'insert into marks select 1 from pg_sleep(600)',
  ])('ends at once, with nothing done, when its client is killed in the middle of: %s', async (script) => {
    const { child, closed } = await busy(script)
    child.kill('SIGKILL')
    await closed
    await until(isOver)
    expect(await marks()).toBe(0)
  })

  it('is rolled back when the wire is disposed of, which waits for that', async () => {
    const { stderr, closed } = await busy('insert into marks select 1 from pg_sleep(600)')
    await using idle = await connected(wire.url)
    await idle.query('begin; insert into marks values (2)')
    await wire[Symbol.asyncDispose]()
    expect(await isOver()).toBe(true)
    expect(await marks()).toBe(0)
    expect(await stderr).toMatch(/server closed the connection|connection not open/)
    await closed
    await expect(connected(wire.url)).rejects.toThrow()
  })

  it('does nothing more of what it was sent when the wire is disposed of', async () => {
    const { socket } = await openServerSession(await readTarget(wire.url))
    socket.on('error', () => {})
    const slow = message('Q', zeroEnded('insert into marks select 1 from pg_sleep(600)'))
    socket.write(Buffer.concat([slow, slow, slow]))
    await until(isActive)
    await wire[Symbol.asyncDispose]()
    expect(await isOver()).toBe(true)
    expect(wire.errors).toEqual([])
    expect(await marks()).toBe(0)
  })

  it('does what was asked before its client ended its side, and answers it', async () => {
    const { socket } = await openServerSession(await readTarget(wire.url))
    const many = Array.from({ length: 50 }, (_, n) =>
      message('Q', zeroEnded(`insert into marks values (${n})`)),
    )
    socket.end(Buffer.concat([...many, message('X')]))
    const answers = (await buffer(socket)).toString('latin1')
    expect(answers.match(/INSERT 0 1/g)).toHaveLength(50)
    expect(await marks()).toBe(50)
  })

  it('is cut with the server, and there are new ones when that is back', async () => {
    await using client = await connected(wire.url)
    const cut = new Promise((resolve) => client.once('end', resolve))
    await server.stop('SIGQUIT')
    await cut
    const away = await psql(wire.url, 'select 1')
    expect([away.code, away.stderr]).toEqual([
      2,
      expect.stringMatching(
        /The wire gets no session at PostgreSQL at 127\.0\.0\.1:\d+\/postgres: .*ECONNREFUSED/,
      ),
    ])
    expect(wire.errors).toMatchObject([{ code: 'DATABASE_UNREACHABLE' }])
    await server.start()
    expect((await psql(wire.url, 'select 1')).stdout).toBe('1\n')
  })
})

it('learns from the server itself that it speaks no newer version of the protocol', async () => {
  await using server = await startPostgres(realPassword, { programs: await debianPrograms() })
  await using wire = await tap(server.url())
  const { socket, key, greeting } = await openServerSession(await readTarget(wire.url), {
    version: (3 << 16) + 2,
    parameters: new Map([['_pq_.unheard_of', Buffer.from('1')]]),
  })
  expect(greeting.toString('latin1', 0, 1)).toBe('v')
  expect(greeting.includes('_pq_.unheard_of')).toBe(true)
  expect(key?.length).toBe(8)
  socket.destroy()
})

it('has a long key where client and server agree on a newer version of the protocol', async () => {
  const programs = (await allPrograms())[0]
  if (programs === undefined) throw new Error('There is no PostgreSQL of npm.')
  await using server = await startPostgres(realPassword, { programs })
  await using wire = await tap(server.url())
  const target = await readTarget(wire.url)
  const { socket, key, greeting } = await openServerSession(target, { version: (3 << 16) + 2 })
  expect(key?.length).toBe(4 + 32)
  expect(greeting.toString('latin1', 0, 1)).toBe('R') // and no word of another version
  socket.write(message('Q', zeroEnded('select pg_sleep(600)')))
  await until(
    async () =>
      (await server.query("select 1 from pg_stat_activity where query = 'select pg_sleep(600)'")).length ===
      1,
  )
  await cancel(target, target.address, key ?? Buffer.alloc(0))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toContain('canceling statement due to user request')
  socket.destroy()
})
