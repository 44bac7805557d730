import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { int32, message, text } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { openServerSession } from '../../../src/databases/postgres/wire/server-leg/open-session.ts'
import { readTarget } from '../../../src/databases/postgres/wire/target/target.ts'
import type { Effects, Statement } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { connected, realPassword, type Tapped, tap } from './world.ts'

type Client = Awaited<ReturnType<typeof connected>>

/** Parse, Bind and Execute. */
function execute(sql: string, { name = '', rows = 0 } = {}): Buffer {
  return Buffer.concat([
    message('P', text(name), text(sql), Buffer.alloc(2)),
    message('B', text(''), text(name), Buffer.alloc(6)),
    message('D', Buffer.from('P'), text('')),
    message('E', text(''), int32(rows)),
  ])
}

describe.each(await allPrograms())(
  'what waits for a lock in vain in the extended protocol, at version $version',
  (programs) => {
    let server: Postgres
    let wire: Tapped
    let seen: Statement[]
    let judged: Effects[]
    beforeAll(async () => {
      server = await startPostgres(realPassword, { programs })
    })
    afterAll(() => server?.[Symbol.asyncDispose]())
    beforeEach(async () => {
      seen = []
      judged = []
      await server.query(`
      drop table if exists a, b; create table a (n int primary key, m int); insert into a values (1, 0), (2, 0), (3, 0);
      create table b (n int)`)
      wire = await tap(server.url(), {
        tap: {
          afterStatement: (statement) => void seen.push(statement),
          async beforeCommit(_session, effects) {
            judged.push(effects)
            return undefined
          },
        },
        budgets: { lockTimeoutMs: 500 },
        isEnforced: true,
      })
      return async () => {
        await wire[Symbol.asyncDispose]()
        expect(wire.errors).toEqual([])
      }
    })

    /** Has others hold something until this has given up once. */
    const hindered = async <T>(by: string, act: () => Promise<T>): Promise<T> => {
      await using other = await connected(server.url())
      await other.query(`begin; ${by}`)
      const pid = (await other.query('select pg_backend_pid() as pid')).rows[0].pid
      await using watcher = await connected(server.url())
      const waiting = async (): Promise<unknown> => {
        const blocked = 'from pg_stat_activity where $1 = any (pg_blocking_pids(pid))'
        return (await watcher.query(`select query_start::text as since ${blocked}`, [pid])).rows[0]?.since
      }
      const doing = act()
      doing.catch(() => {}) // heard of below
      await until(async () => (await waiting()) !== undefined)
      const first = await waiting()
      await until(async () => (await waiting()) !== first)
      await other.query('rollback')
      return await doing
    }
    const table = 'lock table a'
    const row = 'update a set m = 9 where n = 2'
    const raw = async () => (await openServerSession(await readTarget(wire.url))).socket
    const sum = async () => (await server.query('select sum(m)::int as m from a'))[0]?.m
    const failures = () => seen.filter(({ failure }) => failure !== undefined)

    const update = { text: 'update a set m = $1', values: [1] }
    it.each<[string, string, (client: Client) => Promise<unknown>]>([
      ['a statement with parameters', table, (client) => client.query(update)],
      ['one that is kept from its second row', row, (client) => client.query(update)],
      ['one with a name', table, (client) => client.query({ ...update, name: 'u' })],
      ['one with a name, later', row, (client) => client.query({ ...update, name: 'known' })],
      [
        'the first work of a transaction',
        row,
        async (client) => {
          await client.query('begin')
          await client.query("set local statement_timeout = '1min'")
          await client.query({ name: 's', text: "set local work_mem = '8MB'", values: [] })
          await client.query({ ...update, name: 'known' })
          expect((await client.query('show work_mem')).rows).toEqual([{ work_mem: '8MB' }])
          await client.query('commit')
        },
      ],
      [
        'the first work of a transaction that began in the extended protocol',
        table,
        async (client) => {
          await client.query({ name: 'b', text: 'begin', values: [] })
          await client.query(update)
          await client.query('commit')
        },
      ],
    ])('is tried again: %s', async (_what, by, act) => {
      await using client = await connected(wire.url)
      await client.query({ name: 'known', text: 'update a set m = $1', values: [0] })
      judged.length = 0
      await hindered(by, () => act(client))
      expect(await sum()).toBe(3)
      expect(failures()).toEqual([])
      expect(judged.map(({ rows }) => rows.get('public.a'))).toEqual([
        { inserted: 0, updated: 3, deleted: 0 },
      ])
      expect((await client.query({ ...update, name: 'known' })).rowCount).toBe(3)
    })

    it('is tried again where it is an index built concurrently, of which none is left that is invalid', async () => {
      await using patient = await tap(server.url(), {
        tap: { beforeCommit: async () => undefined },
        budgets: { lockTimeoutMs: 500 },
      })
      await using client = await connected(patient.url)
      await hindered(row, () =>
        client.query({ name: 'i', text: 'create index concurrently if not exists a_m on a (m)', values: [] }),
      )
      expect(
        await server.query("select indisvalid from pg_index where indexrelid = 'a_m'::regclass"),
      ).toEqual([{ indisvalid: true }])
    })

    it('is tried again of postgres.js, also in a transaction', async () => {
      const sql = postgres(wire.url, { max: 1, onnotice: () => {} })
      try {
        await hindered(row, () => sql`update a set m = ${1}`)
        await hindered(table, () =>
          sql.begin(async (tx) => {
            await tx`update a set m = m + ${1}`
            await tx`insert into b values (${1})`
          }),
        )
        expect([await sum(), failures()]).toEqual([6, []])
      } finally {
        await sql.end()
      }
    })

    it.each([
      [
        'from its beginning',
        Buffer.concat([execute('begin'), execute('update a set m = 1'), execute('commit')]),
      ],
      [
        'its names',
        Buffer.concat([
          execute("set lock_timeout = '190ms'", { name: 's' }),
          execute('update a set m = 1', { name: 'u' }),
        ]),
      ],
    ])('is tried again with the whole series, whose answers come once: %s', async (_how, series) => {
      const play = async (socket: Duplex) => {
        socket.end(Buffer.concat([series, execute('insert into b values (1)'), message('S'), message('X')]))
        return (await buffer(socket)).toString('latin1')
      }
      const hinderedOnes = await hindered(row, async () => await play(await raw()))
      expect([await sum(), (await server.query('select n from b')).length]).toEqual([3, 1])
      const plain = await play((await openServerSession(await readTarget(server.url()))).socket)
      expect(hinderedOnes).toBe(plain)
      expect(failures()).toEqual([])
    })

    it('is tried again where the client waits for its answer before it ends the series', async () => {
      const socket = await raw()
      const heard: string[] = []
      socket.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')))
      await hindered(row, async () => {
        socket.write(Buffer.concat([execute('update a set m = 1'), message('H')]))
        await until(async () => heard.join('').includes('UPDATE 3'))
      })
      socket.end(Buffer.concat([message('S'), message('X')]))
      await until(async () => (await sum()) === 3)
    })

    it('tells the client of a failure that it waits for before it ends the series', async () => {
      const socket = await raw()
      const heard: string[] = []
      socket.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')))
      socket.write(Buffer.concat([execute('insert into a values (1)'), message('H')]))
      await until(async () => heard.join('').includes('C23505'))
      socket.end(Buffer.concat([message('S'), message('X')]))
      await until(async () => heard.join('').endsWith('Z\0\0\0\u0005I'))
      expect(heard.join('').match(/C23505/g)).toHaveLength(1)
    })

    it.each([
      [
        'after work of its transaction',
        ['begin', 'insert into b values (1)'],
        [execute('update a set m = 1')],
      ],
      ['after work of its series', [], [execute('insert into b values (1)'), execute('update a set m = 1')]],
      ['after rows that the client has got', [], [execute('select * from a order by n for update')]],
    ])('is the client’s to know %s', async (_when, before, series) => {
      const socket = await raw()
      socket.write(Buffer.concat(before.map((sql) => message('Q', text(sql)))))
      const heard = await hindered(row, async () => {
        socket.end(Buffer.concat([...series, message('S'), message('X')]))
        return (await buffer(socket)).toString('latin1')
      })
      expect(heard.match(/C55P03/g)).toHaveLength(1)
      expect(failures()).toMatchObject([{ failure: { sqlState: '55P03' } }])
      expect([await sum(), await server.query('select n from b')]).toEqual([0, []])
    })

    it('is told when it waits for ever', async () => {
      await using other = await connected(server.url())
      await other.query(`begin; ${row}`)
      await using client = await connected(wire.url)
      await expect(client.query(update)).rejects.toMatchObject({ code: '55P03' })
      await other.query('rollback')
      expect(failures()).toHaveLength(1)
      expect((await client.query(update)).rowCount).toBe(3)
    })

    it('does not count twice, nor describe its rows twice, in the simple protocol', async () => {
      await using client = await connected(wire.url)
      await hindered(row, () => client.query('update a set m = 1'))
      expect(judged[0]?.rows.get('public.a')).toEqual({ inserted: 0, updated: 3, deleted: 0 })
      const socket = await raw()
      const heard = await hindered(row, async () => {
        socket.end(
          Buffer.concat([message('Q', text('select m from a where n = 2 for update')), message('X')]),
        )
        return (await buffer(socket)).toString('latin1')
      })
      expect(heard).toMatch(/^T.*D.*SELECT 1/s)
      expect(heard.match(/T\0\0/g)).toHaveLength(1)
    })
  },
)
