import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { int16, int32, message, text } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { openServerSession } from '../../../src/databases/postgres/wire/server-leg/open-session.ts'
import { readTarget } from '../../../src/databases/postgres/wire/target/target.ts'
import { allPrograms } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { nothing, Stage, strong, tablesOf } from './stage.ts'
import { connected, psql } from './world.ts'

describe.each(await allPrograms())('further statements through the wire to version $version', (programs) => {
  const stage = new Stage(programs)

  it('tells of rows that are copied in', async () => {
    const { code, stderr } = await psql(stage.wire.url, 'copy b from stdin;\n1\n2\n\\.\ncopy b to stdout;\n')
    expect([code, stderr]).toEqual([0, ''])
    expect(stage.seen.map((one) => [one.tag, tablesOf(one)['public.b']])).toEqual([
      ['COPY', { ...nothing, inserted: 2 }],
      ['COPY', { ...nothing, scanned: 2 }],
    ])
  })

  it('sees statements of the extended protocol as well', async () => {
    await using client = await connected(stage.wire.url)
    await client.query('begin')
    await client.query("insert into b select generate_series(1, $1::int) where 'secret' <> $2", [
      3,
      'secret too',
    ])
    await client.query({ name: 'named', text: 'update b set n = n + $1', values: [7] })
    await client.query({ name: 'named', text: 'update b set n = n + $1', values: [8] })
    await client.query('commit')
    await client.query('delete from b where n > $1', [0])
    await client.query('insert into b values ($1)', ['no number']).catch(() => {})
    await client.query('select nothing from b where n = $1', [1]).catch(() => {})
    expect(
      stage.seen.map(({ text, tag, transaction, failure }) => [text, tag ?? failure?.sqlState, transaction]),
    ).toEqual([
      ['begin', 'BEGIN', 1],
      ['insert into b select generate_series(…, $1::int) where … <> $2', 'INSERT', 1],
      ['update b set n = n + $1', 'UPDATE', 1],
      ['update b set n = n + $1', 'UPDATE', 1],
      ['commit', 'COMMIT', 1],
      ['delete from b where n > $1', 'DELETE', 2],
      ['insert into b values ($1)', '22P02', 3],
      ['select nothing from b where n = $1', '42703', 4],
    ])
    expect(stage.seen.slice(1, 4).map((one) => tablesOf(one)['public.b'])).toMatchObject([
      { inserted: 3, updated: 0 },
      { inserted: 0, updated: 3 },
      { inserted: 0, updated: 3 },
    ])
    expect(tablesOf(stage.seen[5])['public.b']).toMatchObject({ deleted: 3 })
    await until(() => stage.ends.length === 4) // the client hears of an error before the series is over
    expect(stage.ends).toEqual([
      [1, 'committed'],
      [2, 'committed'],
      [3, 'rolled back'],
      [4, 'rolled back'],
    ])
    expect(JSON.stringify(stage.seen)).not.toContain('secret')
  })

  it('tells apart what is executed before one Sync, also transactions, and one that is read in portions', async () => {
    const { socket } = await openServerSession(await readTarget(stage.wire.url))
    const execute = (sql: string, rows = 0) =>
      Buffer.concat([
        message('P', text(''), text(sql), int16(0)),
        message('B', text(''), text(''), Buffer.alloc(6)),
        message('E', text(''), int32(rows)),
      ])
    socket.write(
      Buffer.concat([
        ...['begin', 'insert into b values (1)', 'alter table b add column x int', 'commit'].map((sql) =>
          execute(sql),
        ),
        ...[execute('insert into b values (2)'), execute('insert into c values (2)')],
        execute('select * from generate_series(1, 5), b', 2),
        ...[message('E', text(''), int32(2)), message('E', text(''), int32(0)), message('S'), message('X')],
      ]),
    )
    const said = (await buffer(socket)).toString('latin1')
    expect(said.match(/INSERT 0 1/g)).toHaveLength(3)
    expect(said.slice(-6, -1)).toBe('Z\0\0\0\u0005')
    expect(stage.seen.map((one) => [one.tag, one.transaction, [...one.tables.keys()]])).toEqual([
      ['BEGIN', 1, []],
      ['INSERT', 1, ['public.b']],
      ['ALTER TABLE', 1, []],
      ['COMMIT', 1, []],
      ['INSERT', 2, ['public.b']],
      ['INSERT', 2, ['public.c']],
      ['SELECT', 2, ['public.b']],
    ])
    expect(stage.seen[3]?.held).toContainEqual(
      expect.objectContaining({ table: 'public.b', mode: 'AccessExclusiveLock' }),
    )
    expect(stage.seen[5]?.held).toContainEqual(
      expect.objectContaining({ table: 'public.b', mode: 'RowExclusiveLock' }),
    )
    expect(stage.ends).toEqual([
      [1, 'committed'],
      [2, 'committed'],
    ])
  })

  it('looks from beside at what commits by itself', async () => {
    await stage.server.query('insert into a select n, 0 from generate_series(1000, 50000) n')
    await using client = await connected(stage.wire.url)
    for (const sql of ['vacuum full a', 'create index concurrently a_m on a (m)', 'call commits_inside()'])
      await client.query(sql)
    await client.query({ name: 'r', text: 'reindex table concurrently a', values: [] })
    await client.query('vacuum nothing').catch(() => {})
    expect(stage.seen.map(({ tag, isAlone, transaction }) => [tag, isAlone, transaction])).toEqual([
      ['VACUUM', true, 1],
      ['CREATE INDEX', true, 2],
      ['CALL', true, 3],
      ['REINDEX', true, 4],
      [undefined, true, 5],
    ])
    expect(stage.seen[0]?.tables.get('public.a')).toMatchObject({
      replaced: { bytes: expect.any(Number) },
      built: expect.arrayContaining(['public.a_pkey', 'public.a_name']),
    })
    expect(strong(stage.seen[0])).toContain('public.a public.a AccessExclusiveLock readers and writers')
    expect(stage.seen[1]?.tables.get('public.a')?.built).toEqual(['public.a_m'])
    expect(strong(stage.seen[1])).toEqual([])
    expect(stage.seen[1]?.locks).toContainEqual({
      table: 'public.a',
      relation: 'public.a',
      mode: 'ShareUpdateExclusiveLock',
      blocks: 'nobody',
    })
    expect(stage.seen[3]?.tables.get('public.a')?.built.toSorted()).toEqual([
      'public.a_m',
      'public.a_name',
      'public.a_pkey',
    ])
    expect(stage.seen[4]?.failure?.sqlState).toBe('42P01')
    expect(stage.ends.map(([, end]) => end)).toEqual([
      'committed',
      'committed',
      'committed',
      'committed',
      'rolled back',
    ])
  })

  it.each([
    ['a call', 'call commits_inside()', undefined],
    ['a call with parameters', 'call commits_with($1)', [7]],
    ['a block', 'do $$ begin update a set m = 7; commit; end $$', undefined],
  ])(
    'looks from beside at what commits inside, as it does in the simple protocol: %s',
    async (_what, sql, values) => {
      await stage.server.query(
        'create procedure commits_with(x int) language plpgsql as $$ begin update a set m = x; commit; end $$',
      )
      await using client = await connected(stage.wire.url)
      for (const name of ['', 'named', 'named']) {
        await client.query({ name, text: sql, values: values ?? [] })
        await client.query('insert into b values ($1)', [1])
      }
      const told = stage.seen.map(({ tag, isAlone, transaction }) => [tag, isAlone, transaction])
      const tag = sql.startsWith('do') ? 'DO' : 'CALL'
      expect(told).toEqual(
        [1, 3, 5].flatMap((n) => [
          [tag, true, n],
          ['INSERT', false, n + 1],
        ]),
      )
      expect(new Set(stage.ends.map(([, end]) => end))).toEqual(new Set(['committed']))
      expect(await stage.server.query('select distinct m from a')).toEqual([{ m: 7 }])
      expect((await client.query('select count(*)::int as n from b')).rows).toEqual([{ n: 3 }])
    },
  )

  it('leaves what commits inside after other work of its series to the server, which refuses it', async () => {
    const said = await play(stage.wire.url, ['insert into b values (1)', 'call commits_inside()'])
    expect(said).toMatch(/INSERT 0 1.*C2D000/s)
    expect(await stage.server.query('select sum(m)::int as m from a')).toEqual([{ m: 0 }])
    expect(await stage.server.query('select n from b')).toEqual([])
  })

  it.each([
    ['a transaction that begins', ['insert into b values (1 / 0)', 'begin', 'commit']],
    ['what commits by itself', ['insert into b values (1 / 0)', 'vacuum a']],
    ['what can not be read', ['vacuum full full']],
    ['the end of a transaction', ['begin', 'select 1 / 0', 'commit', 'insert into b values (1)']],
  ])('says of a series that failed before %s what the server says', async (_what, series) => {
    const said = await play(stage.wire.url, series)
    expect(said).toBe(await play(stage.server.url(), series))
    expect(await stage.server.query('select n from b')).toEqual([])
  })
})

/** What the server answers to all of these, executed before one Sync. */
async function play(url: string, series: readonly string[]): Promise<string> {
  const { socket } = await openServerSession(await readTarget(url))
  const execute = (sql: string) => [
    message('P', text(''), text(sql), int16(0)),
    message('B', text(''), text(''), Buffer.alloc(6)),
    message('E', text(''), int32(0)),
  ]
  socket.end(Buffer.concat([...series.flatMap(execute), message('S'), message('X')]))
  return (await buffer(socket)).toString('latin1')
}
