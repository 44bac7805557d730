import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { openWire } from '../../../src/databases/postgres/wire/open-wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { queryAt } from '../clone/stage.ts'
import { openProduction, type Production } from './production.ts'
import { inOne, psql } from './tools.ts'

describe.each(await allPrograms())('who waits, on PostgreSQL $version', (programs) => {
  let server: Postgres
  let production: Production
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
    production = await openProduction(
      server,
      `create table items (id int primary key, name text);
       insert into items select n, md5(n::text) from generate_series(1, 500000) n;
       create function lazy(text) returns text language plpgsql immutable as
         $$ begin perform pg_catalog.pg_sleep(0.1); return $1; end $$`,
    )
    await queryAt(production.url, 'vacuum analyze items')
  })
  afterAll(async () => {
    await production[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  // takes two seconds, whatever else the machine does
  const indexed = 'items (lazy(name)) where id <= 20'

  it('measures for how long an index build keeps writers waiting, and no reader', async () => {
    const { evidence } = await production.rehearse(inOne(`create index on ${indexed}`), {
      passes: ['timing'],
    })
    const build = evidence.trace?.statements.find(({ tag }) => tag === 'CREATE INDEX')
    const waiting = evidence.timing?.get('public.items')
    expect(waiting?.writes?.longestMs).toBeGreaterThan(1_000)
    // the trace watches, and so takes longer
    expect(waiting?.writes?.longestMs).toBeLessThan(3 * (build?.ms ?? 0))
    expect(waiting?.reads.longestMs).toBeLessThan((waiting?.writes?.longestMs ?? 0) / 2)
  })

  it('keeps nobody waiting while an index is built concurrently', async () => {
    const { evidence } = await production.rehearse(psql(`create index concurrently on ${indexed}`), {
      passes: ['timing'],
    })
    const build = evidence.trace?.statements.find(({ tag }) => tag === 'CREATE INDEX')
    const waiting = evidence.timing?.get('public.items')
    expect(waiting?.writes?.longestMs).toBeLessThan((build?.ms ?? 0) / 2)
    expect(waiting?.reads.longestMs).toBeLessThan((build?.ms ?? 0) / 2)
    expect(waiting?.writes?.tries).toBeGreaterThan(10)
  })

  it('is played with nothing watched', async () => {
    const isWatched: boolean[] = []
    await production.rehearse(inOne('alter table items add remark text'), {
      passes: ['timing'],
      database: {
        inspect: (at) => openInspector(at),
        wire: (at, options) => {
          isWatched.push(options.tap !== undefined)
          return openWire(at, options)
        },
      },
    })
    expect(isWatched).toEqual([true, false])
  })

  it('measures readers too, where a table is written anew', async () => {
    const { evidence } = await production.rehearse(inOne('alter table items alter id type bigint'), {
      passes: ['timing'],
    })
    expect(evidence.timing?.get('public.items')?.reads.longestMs).toBeGreaterThan(100)
  })

  it('is not applicable where nothing is touched that was there, and failed where the migration fails this time', async () => {
    const fresh = await production.rehearse(inOne('create table fresh ()'), { passes: ['timing'] })
    expect(fresh.resultOf('timing')?.result).toBe('not-applicable')
    let runs = 0
    const once: ReturnType<typeof psql> = (url, signal) => {
      runs += 1
      return inOne(runs === 1 ? 'alter table items add extra int' : 'alter table items add extra nonsense')(
        url,
        signal,
      )
    }
    const { resultOf, verdict } = await production.rehearse(once, { passes: ['timing'] })
    expect(resultOf('timing')).toMatchObject({
      result: 'failed',
      why: expect.stringContaining('ended with 3'),
    })
    expect(verdict).not.toBe('pass')
  })
})
