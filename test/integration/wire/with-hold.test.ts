import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { connected, realPassword, type Tapped, tap } from './world.ts'

type Message = string | { readonly name: string; readonly text: string }

/** The same by the extended protocol. */
const prepared = (messages: readonly string[]): readonly Message[] =>
  messages.map((text, place) => ({ name: `message ${place}`, text }))

describe.each(await allPrograms())('cursors WITH HOLD, through the wire to version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  let judged: Record<string, unknown>[]
  let ends: string[]
  let failures: (string | undefined)[]
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  const watched = (isEnforced: boolean) =>
    tap(server.url(), {
      isEnforced,
      tap: {
        async beforeCommit(_session, { rows }) {
          judged.push(Object.fromEntries(rows))
          return undefined
        },
        afterStatement: ({ failure }) => void failures.push(failure?.sqlState),
        afterTransaction: (_session, _transaction, end) => void ends.push(end),
      },
    })
  beforeEach(async () => {
    judged = []
    ends = []
    failures = []
    await server.query(`
        drop schema public cascade; create schema public;
        create table a (n int primary key); create table c (n int);
        insert into a select generate_series(1, 10);
        create function writes(n int) returns int language plpgsql as $$ begin insert into c values (n); return n; end $$;
        create function opens() returns void language plpgsql as $$ begin
          execute 'declare x cursor with hold for select writes(n) from a'; end $$`)
    wire = await watched(true)
    return async () => {
      await wire[Symbol.asyncDispose]()
      expect(wire.errors).toEqual([])
    }
  })

  const declare = 'declare x cursor with hold for select writes(n) from a'
  const written = async () => (await server.query('select count(*)::int as n from c'))[0]?.n
  const play = async (url: string, messages: readonly Message[]) => {
    await using client = await connected(url)
    for (const one of messages.slice(0, -1)) await client.query(one as string)
    const failure: unknown = await client.query(messages.at(-1) as string).then(
      () => undefined,
      (error: unknown) => error,
    )
    const { rows } = await client.query('select current_setting(\'transaction_read_only\') as "isReadOnly"')
    return { failure, isReadOnly: rows[0]?.isReadOnly }
  }

  const writing: readonly (readonly [string, readonly string[]])[] = [
    ['outside a transaction', [declare]],
    ['in a transaction', ['begin', declare, 'commit']],
    ['read in part', ['begin', declare, 'fetch 3 from x', 'commit']],
    ['by a function that opens it', ['select opens()']],
  ]
  it.each([
    ...writing,
    ['in one message', [`begin; ${declare}; commit`]] as const,
    ...writing.map(([way, messages]) => [`${way}, by the extended protocol`, prepared(messages)] as const),
  ])('do not write in a commit, where nobody counts: %s', async (_way, messages) => {
    expect(await play(wire.url, messages)).toMatchObject({
      failure: {
        code: 'PU001',
        message: expect.stringContaining('WITH HOLD is run to its end by the commit'),
      },
      isReadOnly: 'off',
    })
    expect(await written()).toBe(0)
    expect(ends).toEqual(['rolled back', 'committed'])
    expect(failures.filter((state) => state !== undefined)).toEqual(['PU001'])
  })

  const unfenced: readonly (readonly [string, readonly string[]])[] = [
    ['a savepoint', ['begin', 'savepoint s', declare, 'commit']],
    ['AND CHAIN', ['begin', declare, 'commit and chain']],
  ]
  it.each([
    ...unfenced,
    ...unfenced.map(([way, messages]) => [`${way}, by the extended protocol`, prepared(messages)] as const),
  ])('are refused where a write could not be withheld: %s', async (_way, messages) => {
    expect(await play(wire.url, messages)).toMatchObject({ failure: { code: 'PU001' }, isReadOnly: 'off' })
    expect(await written()).toBe(0)
  })

  it('do not write uncounted in a rehearsal either, where nothing is enforced', async () => {
    await using rehearsed = await watched(false)
    expect(await play(rehearsed.url, [declare])).toMatchObject({ failure: { code: 'PU001' } })
    expect(await written()).toBe(0)
  })

  it('may write what is counted before the commit', async () => {
    const messages = ['begin', declare, 'fetch all from x', 'close x', 'commit']
    expect(await play(wire.url, messages)).toMatchObject({ failure: undefined })
    expect(judged[0]).toEqual({ 'public.c': { inserted: 10, updated: 0, deleted: 0 } })
    expect(await written()).toBe(10)
  })

  const reading = 'declare x cursor with hold for select n from a order by n'
  it.each([
    ['outside a transaction', [reading, 'fetch 3 from x', 'begin; savepoint s; commit', 'fetch 2 from x']],
    [
      'in a transaction',
      ['begin', 'insert into c values (1)', reading, 'fetch 3 from x', 'commit', 'fetch 2 from x'],
    ],
    [
      'by the extended protocol',
      prepared(['begin', reading, 'insert into c values (1)', 'commit', 'fetch 5 from x']),
    ],
  ])('read as they do at the server: %s', async (_way, messages) => {
    const read = async (url: string) => {
      await using client = await connected(url)
      const answers = []
      for (const one of messages) answers.push((await client.query(one as string)).rows)
      await client.query('insert into c values (2)')
      await client.query('close x')
      return answers
    }
    const throughWire = await read(wire.url)
    expect(throughWire.at(-1)?.at(-1)).toEqual({ n: 5 })
    expect(throughWire).toEqual(await read(server.url()))
  })

  it('read though a message before has failed that had a savepoint', async () => {
    await using client = await connected(wire.url)
    await expect(client.query('savepoint s; select 1 / 0')).rejects.toMatchObject({ code: '22012' })
    await client.query(reading)
    expect((await client.query('fetch 1 from x')).rows).toEqual([{ n: 1 }])
  })
})
