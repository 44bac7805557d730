import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Effects } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { realPassword, type Tapped, tap } from './world.ts'

describe.each(await allPrograms())('postgres.js, through the wire to version $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
    await server.query('create table numbers (n int primary key)')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const judged: Effects[] = []
  const watched = {
    beforeCommit: async (_: string, effects: Effects) => {
      judged.push(effects)
      return undefined
    },
  }

  describe.each([
    ['as it is', {}],
    ['watched', { tap: watched }],
  ])('%s', (_, options) => {
    let wire: Tapped
    let sql: postgres.Sql
    beforeAll(async () => {
      wire = await tap(server.url(), options)
      sql = postgres(wire.url, { max: 2, onnotice: () => {} })
    })
    afterAll(async () => {
      await sql?.end()
      await wire?.[Symbol.asyncDispose]()
    })

    it('has many questions under way on one connection, each with its own answer', async () => {
      const all = Array.from({ length: 500 }, (_, n) => n)
      const answers = await Promise.all(all.map((n) => sql`select ${n}::int as n, ${'ä'.repeat(n)} as text`))
      expect(answers.map(([row]) => [row?.n, row?.text.length])).toEqual(all.map((n) => [n, n]))
    })

    it('hears of an error in the midst of others, which are answered', async () => {
      const answers = await Promise.allSettled([
        sql`select 1 as n`,
        sql`select 1 / ${0}::int as n`,
        sql`select 2 as n`,
      ])
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    })

    it('commits a transaction, and rolls one back', async () => {
      await sql`delete from numbers`
      await sql.begin(async (tx) => {
        await Promise.all([1, 2, 3].map((n) => tx`insert into numbers values (${n})`))
      })
      const failing = sql.begin(async (tx) => {
        await tx`insert into numbers values (4)`
        await tx`insert into numbers values (1)`
      })
      await expect(failing).rejects.toMatchObject({ code: '23505' })
      expect(await sql`select count(*)::int as n from numbers`).toMatchObject([{ n: 3 }])
    })

    it('copies in and out by streams', async () => {
      await sql`delete from numbers`
      const into = await sql`copy numbers from stdin`.writable()
      await new Promise<void>((resolve, reject) => {
        into.on('error', reject)
        into.end('7\n8\n9\n', resolve)
      })
      const chunks: Buffer[] = []
      for await (const chunk of await sql`copy (select n from numbers order by n) to stdout`.readable())
        chunks.push(chunk)
      expect(Buffer.concat(chunks).toString()).toBe('7\n8\n9\n')
      expect(wire.errors).toEqual([])
    })
  })

  it('is judged with the rows of the whole transaction', () => {
    expect(judged.map(({ rows }) => rows.get('public.numbers'))).toContainEqual({
      inserted: 3,
      updated: 0,
      deleted: 0,
    })
  })
})
