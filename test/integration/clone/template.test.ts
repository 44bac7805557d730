import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CloneServer } from '../../../src/databases/postgres/clone/clone-server.ts'
import type { Marker } from '../../../src/databases/postgres/clone/marker.ts'
import { newCloneName } from '../../../src/databases/postgres/clone/names.ts'
import { chooseCopying } from '../../../src/databases/postgres/clone/template.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { contentOf } from './content.ts'

const never = new AbortController().signal

describe.each(await allPrograms())('a copy by PostgreSQL $version itself', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
    for (const [database, rows] of [
      ['small', 1_000],
      ['large', 250_000],
    ] as const) {
      await server.query(`create database ${database}`)
      const client = new pg.Client({ connectionString: server.url({ database }) })
      await client.connect()
      await client.query(`create table t as select n, repeat(md5(n::text), 8) as text from generate_series(1, ${rows}) n;
        create index on t (n); select lo_from_bytea(0, 'x')`)
      await client.end()
    }
  })
  afterAll(() => server[Symbol.asyncDispose]())

  it.each([
    ['small', /WAL_LOG/],
    ['large', programs.version === 'of npm' ? /file_copy_method=clone/ : /FILE_COPY/],
  ])('of a %s database has the same content, by a way that is told', async (name, why) => {
    await using clones = await CloneServer.connect(server.url())
    const [sized] = await server.query(`select pg_database_size('${name}')::float8 as bytes`)
    const copying = await chooseCopying(clones, { name }, Number(sized?.bytes))
    expect(copying.why).toMatch(why)
    const marker = markerOf(newCloneName({ environment: 'test' }))
    const plain = await timed(() => server.query(`create database plain template ${name}`))
    const ours = await timed(() => clones.create(marker, copying.clauses, never))
    console.log(`PostgreSQL ${programs.version}, ${name}: ${(ours / plain).toFixed(2)} of a plain copy`)
    expect(await contentOf(server.url({ database: marker.name }))).toEqual(
      await contentOf(server.url({ database: name })),
    )
    expect(await clones.databases()).toMatchObject([{ name: marker.name, marker, isUnfinished: false }])
    await clones.drop(marker.name)
    await server.query('drop database plain')
  })

  it('that was cancelled is not there', async () => {
    await using clones = await CloneServer.connect(server.url())
    const over = new AbortController()
    const holder = new pg.Client({ connectionString: server.url({ database: 'small' }) })
    await holder.connect() // the copy waits for its end
    const copying = clones.create(
      markerOf(newCloneName({ environment: 'test' })),
      'template small',
      over.signal,
    )
    await expect
      .poll(() =>
        server.query(`select from pg_stat_activity where state = 'active' and query ~ '^create database'`),
      )
      .toHaveLength(1)
    over.abort(new Error('not wanted'))
    await expect(copying).rejects.toThrow('not wanted')
    await holder.end()
    expect(await clones.databases()).toEqual([])
  })
})

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function markerOf(name: string): Marker {
  const at = '2026-11-26T01:00:00.000Z'
  return {
    ...{ purser: 'clone', version: 1, name, kind: 'clone', state: 'making', environment: 'test' },
    ...{
      database: 'main',
      madeBy: 'a test',
      host: 'h',
      pid: 1,
      madeAt: at,
      dataFrom: at,
      source: 's',
      digest: 'd',
    },
  }
}
