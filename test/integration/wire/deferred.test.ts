import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Refusal } from '../../../src/core/errors.ts'
import { message, text } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { openServerSession } from '../../../src/databases/postgres/wire/server-leg/open-session.ts'
import { readTarget } from '../../../src/databases/postgres/wire/target/target.ts'
import type { Effects, Statement } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { connected, realPassword, type Tapped, tap } from './world.ts'

const refusal: Refusal = { code: 'WIRE_REFUSED', message: 'Not this one.', remedy: 'Do something else.' }

describe.each(await allPrograms())(
  'what is put off until a commit, through the wire to version $version',
  (programs) => {
    let server: Postgres
    let wire: Tapped
    let judged: Effects[]
    let seen: Statement[]
    let ends: string[]
    let isRefused: (effects: Effects) => boolean
    beforeAll(async () => {
      server = await startPostgres(realPassword, { programs, settings: ['max_prepared_transactions=2'] })
    })
    afterAll(() => server?.[Symbol.asyncDispose]())
    beforeEach(async () => {
      judged = []
      seen = []
      ends = []
      isRefused = ({ rows }) => rows.has('public.c')
      await server.query(`
      drop schema public cascade; create schema public;
      create table a (n int primary key, m int); create table b (n int); create table c (n int);
      create table child (n int references a deferrable initially deferred);
      insert into a select n, 0 from generate_series(1, 10) n;
      create function log_it() returns trigger language plpgsql as $$ begin insert into c values (new.n); return new; end $$;
      create constraint trigger logs after update on a deferrable initially deferred for each row execute function log_it();
      create procedure commits_inside() language plpgsql as $$ begin update a set m = 7; commit; end $$`)
      wire = await tap(server.url(), {
        isEnforced: true,
        tap: {
          async beforeCommit(_session, effects) {
            judged.push(effects)
            return isRefused(effects) ? refusal : undefined
          },
          afterStatement: (statement) => void seen.push(statement),
          afterTransaction: (_session, _transaction, end) => void ends.push(end),
        },
      })
      return async () => {
        await wire[Symbol.asyncDispose]()
        expect(wire.errors).toEqual([])
      }
    })

    const sums = async () =>
      (
        await server.query(
          'select (select sum(m)::int from a) as a, (select count(*)::int from b) as b, (select count(*)::int from c) as c, (select count(*)::int from child) as child',
        )
      )[0]
    const untouched = { a: 0, b: 0, c: 0, child: 0 }
    const inserted = (n: number) => ({ inserted: n, updated: 0, deleted: 0 })

    const update = { text: 'update a set m = $1 where n <= 3', values: [1] }
    const ways: readonly [string, readonly (string | typeof update)[]][] = [
      ['a COMMIT', ['begin', 'update a set m = 1 where n <= 3', 'commit']],
      ['a COMMIT with parameters before it', ['begin', update, { text: 'commit', values: [] }]],
      ['no COMMIT', ['update a set m = 1 where n <= 3']],
      ['no COMMIT, with parameters', [update]],
      ['several statements in one message', ['insert into b values (1); update a set m = 1 where n <= 3']],
      ['a whole transaction in one message', ['begin; update a set m = 1 where n <= 3; commit; select 1']],
      ['a COMMIT and another transaction', ['begin', update, 'commit and chain']],
      ['a transaction that is prepared', ['begin', update, "prepare transaction 'x'"]],
    ]

    it.each(ways)(
      'is counted before it, and not committed where that is refused: %s',
      async (_way, messages) => {
        await using client = await connected(wire.url)
        for (const one of messages.slice(0, -1)) await client.query(one as string)
        await expect(client.query(messages.at(-1) as string)).rejects.toMatchObject({ code: 'PU001' })
        expect(judged.at(-1)?.rows.get('public.c')).toEqual(inserted(3))
        expect(await sums()).toEqual(untouched)
        expect(await server.query('select gid from pg_prepared_xacts')).toEqual([])
        expect(ends).toEqual(['rolled back'])
        await client.query('insert into b values (1)') // and the session goes on, in no transaction
        expect(await sums()).toEqual({ ...untouched, b: 1 })
      },
    )

    it.each(ways.slice(0, 7))('is told of with the commit, whoever wrote it: %s', async (_way, messages) => {
      isRefused = () => false
      await using client = await connected(wire.url)
      for (const one of messages) await client.query(one as string)
      expect(await sums()).toMatchObject({ a: 3, c: 3 })
      const told = seen.filter(({ tables }) => tables.has('public.c'))
      expect(told.map(({ text: words, tag }) => [words.slice(0, 6).toUpperCase(), tag])).toEqual([
        ['COMMIT', 'COMMIT'],
      ])
      expect(told[0]?.tables.get('public.c')).toMatchObject(inserted(3))
      expect(told[0]?.locks).toContainEqual(
        expect.objectContaining({ table: 'public.c', mode: 'RowExclusiveLock' }),
      )
      expect(ends[0]).toBe('committed')
    })

    it.each([
      ['a COMMIT', ['begin', 'insert into child values (99)', 'commit']],
      [
        'a COMMIT with parameters before it',
        ['begin', { text: 'insert into child values ($1)', values: [99] }, { text: 'commit', values: [] }],
      ],
      ['no COMMIT', ['insert into child values (99)']],
      ['no COMMIT, with parameters', [{ text: 'insert into child values ($1)', values: [99] }]],
      ['a COMMIT and another transaction', ['begin', 'insert into child values (99)', 'commit and chain']],
      [
        'a transaction that is prepared',
        ['begin', 'insert into child values (99)', "prepare transaction 'x'"],
      ],
      ['a whole transaction in one message', ['begin; insert into child values (99); commit; select 1']],
    ])('fails in the place of the commit as the server lets it fail: %s', async (_way, messages) => {
      const play = async (url: string) => {
        await using client = await connected(url)
        for (const one of messages.slice(0, -1)) await client.query(one as string)
        const {
          code,
          message: said,
          detail,
          constraint,
        } = await client
          .query(messages.at(-1) as string)
          .then(() => Promise.reject(new Error('It was committed.')))
          .catch((error) => error)
        await client.query('insert into b values (1)')
        await client.query('select 1 as one')
        return { code, said, detail, constraint, sums: await sums() }
      }
      const guarded = await play(wire.url)
      await server.query('truncate b')
      expect(guarded).toEqual(await play(server.url()))
      expect(guarded).toMatchObject({ code: '23503', sums: { ...untouched, b: 1 } })
      expect(seen.filter(({ failure }) => failure !== undefined)).toMatchObject([
        { text: 'COMMIT', failure: { sqlState: '23503', table: 'public.child' } },
      ])
      expect(ends).toEqual(['rolled back', 'committed', 'committed'])
    })

    it('ends a series of messages that goes on after a commit which fails', async () => {
      const { socket } = await openServerSession(await readTarget(wire.url))
      const [none, two] = [Buffer.alloc(1), Buffer.alloc(2)]
      const execute = (sql: string) => [
        message('P', none, text(sql), two),
        message('B', none, none, Buffer.alloc(6)),
        message('E', none, Buffer.alloc(4)),
      ]
      socket.end(
        Buffer.concat([
          ...['begin', 'insert into child values (99)', 'commit', 'insert into b values (1)'].flatMap(
            execute,
          ),
          ...[message('S'), ...execute('insert into b values (2)'), message('S'), message('X')],
        ]),
      )
      const said = (await buffer(socket)).toString('latin1')
      expect(said).toMatch(/INSERT 0 1.*C23503.*INSERT 0 1/s)
      expect(said.match(/C23503/g)).toHaveLength(1)
      expect(said.split('Z\0\0\0\u0005I')).toHaveLength(3)
      expect(await server.query('select n from b')).toEqual([{ n: 2 }])
    })

    it('is seen of a trigger that the transaction itself has made', async () => {
      await using client = await connected(wire.url)
      await client.query('begin; insert into b values (1)')
      await client.query(
        'create constraint trigger logs after insert on b deferrable initially deferred for each row execute function log_it()',
      )
      await client.query('insert into b values (2)')
      await expect(client.query('commit')).rejects.toMatchObject({ code: 'PU001' })
      expect(judged[0]?.rows.get('public.c')).toEqual(inserted(1))
    })

    const again = 'update a set m = 1 where n = 1'
    const ofAgain: readonly [string, readonly (string | object)[]][] = [
      ['a COMMIT', ['begin', again, 'commit']],
      ['no COMMIT', [again]],
      ['several statements in one message', [`select 1; ${again}`]],
      ['the extended protocol', [{ name: 'again', text: again }]],
      [
        'a COMMIT by the extended protocol',
        ['begin', again, 'commit'].map((sql) => ({ name: sql.slice(0, 6), text: sql })),
      ],
    ]
    const putOffAgain = `
      drop trigger logs on a;
      create constraint trigger logs after insert on b deferrable initially deferred for each row execute function log_it();
      create function puts_off() returns trigger language plpgsql as $$ begin
        set constraints all deferred; insert into b values (new.n); return new; end $$;
      create constraint trigger puts_off after update on a deferrable initially deferred for each row execute function puts_off()`

    it.each(ofAgain)('is counted where a trigger has put it off again: %s', async (_way, messages) => {
      await server.query(putOffAgain)
      await using client = await connected(wire.url)
      for (const one of messages.slice(0, -1)) await client.query(one as string)
      await expect(client.query(messages.at(-1) as string)).rejects.toMatchObject({ code: 'PU001' })
      expect(await sums()).toEqual(untouched)
      isRefused = () => false
      for (const one of messages) await client.query(one as string)
      expect(judged.at(-1)?.rows.get('public.c')).toMatchObject(inserted(1))
      expect(seen.filter(({ tables }) => tables.has('public.c'))).toMatchObject([{ tag: 'COMMIT' }])
    })

    it('is refused where triggers put it off for ever', async () => {
      await server.query(`${putOffAgain}; create or replace function puts_off() returns trigger language plpgsql as $$ begin
        set constraints all deferred; update a set m = m + 1 where n = new.n; return new; end $$`)
      await using client = await connected(wire.url)
      await expect(client.query(again)).rejects.toMatchObject({
        code: 'PU001',
        message: expect.stringContaining('have put off others 100 times'),
      })
      expect(await sums()).toEqual(untouched)
    })

    it('finds temporary tables as they are before the commit', async () => {
      isRefused = () => false
      await using client = await connected(wire.url)
      await client.query(`
      create function count_it() returns trigger language plpgsql as $$ begin
        insert into c select count(*) from kept; insert into c select count(*) from dropped; return new; end $$;
      create constraint trigger counts after insert on b deferrable initially deferred for each row execute function count_it();
      create temporary table kept (n int) on commit delete rows`)
      await client.query(
        'begin; create temporary table dropped (n int) on commit drop; insert into kept values (1), (2); insert into dropped values (1)',
      )
      await client.query('insert into b values (1)')
      await client.query('commit')
      expect(await server.query('select n from c order by n')).toEqual([{ n: 1 }, { n: 2 }])
      expect((await client.query('select count(*)::int as n from kept')).rows).toEqual([{ n: 0 }])
      await expect(client.query('select from dropped')).rejects.toMatchObject({ code: '42P01' })
    })
  },
)
