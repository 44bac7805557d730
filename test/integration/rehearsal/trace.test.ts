import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TraceEvidence } from '../../../src/migrations/rehearsal/evidence.ts'
import { inShort } from '../../corpus/hand-written.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openProduction } from './production.ts'
import { heedless, inOne, psql, script } from './tools.ts'

const shop = `
  create table customers (id int primary key, name text not null);
  create table orders (id int primary key, customer int not null references customers on delete cascade, total numeric);
  create index on orders (customer);
  create table audit (id int generated always as identity primary key, what text);
  create function note() returns trigger language plpgsql as $$ begin insert into audit (what) values (tg_op); return null; end $$;
  create trigger noted after update on orders for each row execute function note();
  insert into customers select n, 'customer ' || n from generate_series(1, 50) n;
  insert into orders select n, 1 + n % 50, n from generate_series(1, 500) n;`

describe.each(await allPrograms())('the trace, on PostgreSQL $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function traced(migrate: ReturnType<typeof psql>, setup = shop) {
    await using production = await openProduction(server, setup)
    const rehearsed = await production.rehearse(migrate, { passes: [] })
    expect(await production.clones()).toEqual([])
    const { trace } = rehearsed.evidence
    if (trace === undefined) throw new Error(JSON.stringify(rehearsed.evidence.passes))
    return { ...rehearsed, trace }
  }

  it('counts rows of triggers and cascades, whose tables no statement names', async () => {
    const { trace } = await traced(
      inOne('update orders set total = total + 1 where id <= 10; delete from customers where id = 1'),
    )
    const [update, remove] = trace.statements.filter(({ tag }) => tag === 'UPDATE' || tag === 'DELETE')
    expect(update?.tables.get('public.orders')?.updated).toBe(10)
    expect(update?.tables.get('public.audit')?.inserted).toBe(10)
    expect(remove?.tables.get('public.orders')?.deleted).toBe(10)
    expect(trace.contentBefore.get('public.orders')?.rows).toBe(500)
    expect(trace.contentAfter.get('public.orders')?.rows).toBe(490)
    expect(endsOf(trace)).toEqual(['committed'])
  })

  it('finds what tables hold under their new names, and loses nothing by a rename', async () => {
    const { trace, findings } = await traced(
      inOne('alter table orders rename to purchases; alter table purchases rename total to amount'),
    )
    expect(trace.contentAfter.get('public.orders')?.rows).toBe(500)
    expect([...(trace.contentAfter.get('public.orders')?.columns.keys() ?? [])]).toContain('amount')
    expect(trace.distinct).toEqual(new Map())
    expect(findings.filter(({ hazard }) => hazard === 'data_loss')).toEqual([])
  })

  it('counts different values under a new name', async () => {
    const { trace } = await traced(
      inOne(
        'alter table orders rename to purchases; alter table purchases rename total to amount; update purchases set amount = 7',
      ),
    )
    expect(trace.distinct.get('public.orders.total')).toEqual({ before: 500, after: 1 })
  })

  it.each([0, 1.5])(
    'finds what a procedure has written that commits inside and takes %d seconds',
    async (seconds) => {
      const setup = `${shop}
        create procedure clear_out() language plpgsql as $$ begin
          delete from old where id > 2; commit; perform pg_sleep(${seconds}); update orders set total = -total; commit; end $$;
        create table old as select n as id from generate_series(1, 9) n;`
      const { findings, trace } = await traced(psql('call clear_out()'), setup)
      expect(inShort(findings)).toContain('fails data_loss public.old')
      expect(inShort(findings)).not.toContain('fails semantic_change public.orders')
      expect(findings.map(({ hazard }) => hazard)).not.toContain('no_effect')
      expect([...trace.contentBefore.keys()]).toEqual(['public.audit', 'public.old', 'public.orders'])
    },
  )

  it('sees every session of a tool that opens ten connections', async () => {
    const { trace } = await traced(
      script(`
        const clients = Array.from({ length: 10 }, () => new pg.Client({ connectionString: url }))
        await Promise.all(clients.map((client) => client.connect()))
        await Promise.all(clients.map((client, n) => client.query('update customers set name = $1 where id = $2', ['x', n + 1])))
        await Promise.all(clients.map((client) => client.end()))`),
    )
    const updates = trace.statements.filter(({ tag }) => tag === 'UPDATE')
    expect(new Set(updates.map(({ session }) => session)).size).toBe(10)
    expect(updates.map(({ tables }) => tables.get('public.customers')?.updated)).toEqual(Array(10).fill(1))
    expect(endsOf(trace)).toEqual(Array(10).fill('committed'))
  })

  it('tells how much log was written and how large it became', async () => {
    const { trace } = await traced(
      inOne(
        `create table copies as select n, repeat('x', 500) from generate_series(1, 20000) n; create index on copies (n)`,
      ),
    )
    const { before = 0, peak = 0, after = 0 } = trace.diskBytes ?? {}
    expect(after - before).toBeGreaterThan(10_000_000)
    expect(after - before).toBeLessThan(20_000_000)
    expect(peak).toBeGreaterThanOrEqual(after)
    expect(trace.walBytes).toBeGreaterThan(10_000_000)
    const little = await traced(inOne('create table nothing ()'))
    expect(little.trace.walBytes).toBeLessThan(1_000_000)
  })

  it.each([
    [
      'a statement that fails and is not heeded',
      heedless('create table good (); alter table orders add column total int'),
    ],
    [
      'one about a table that is not there',
      heedless('create table good (); alter table nowhere add column a int'),
    ],
    [
      'errors that a script catches',
      script(`
        const client = new pg.Client({ connectionString: url }); await client.connect()
        await client.query('create table good ()')
        await client.query('update orders set customer = 0').catch(() => {})
        await client.end()`),
    ],
  ])('does not pass %s, whatever the exit code', async (_, migrate) => {
    const { trace, verdict } = await traced(migrate)
    expect(trace.end.code).toBe(0)
    expect(verdict).toBe('fail')
  })

  it('passes a tool that looks for a table that is not there yet', async () => {
    const { verdict, findings } = await traced(
      heedless('select * from history; create table history (); create table good ()'),
    )
    expect(findings.filter(({ weight }) => weight === 'fails')).toEqual([])
    expect(verdict).toBe('pass')
  })

  it('takes for not rehearsed what never comes over the wire', async () => {
    const { verdict, gaps } = await traced(script('process.exit(0)'))
    expect(verdict).toBe('not-rehearsed')
    expect(gaps.join()).toContain('No statement of the migration came over the wire')
  })

  it('tells what the history lacks still', async () => {
    await using production = await openProduction(server, `${shop} create table history (id text)`)
    const pending = async (inspector: {
      query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
    }) => {
      const rows = await inspector.query('select id from public.history')
      return ['1', '2'].filter((id) => !rows.some((row) => row.id === id))
    }
    const half = await production.rehearse(inOne(`create table good (); insert into history values ('1')`), {
      ...{ pending, passes: [], historyTables: ['history'] },
    })
    expect(half.evidence.trace?.pendingAfter).toEqual(['2'])
    const whole = await production.rehearse(
      inOne(`create table good (); insert into history values ('1'), ('2')`),
      { pending, passes: [], historyTables: ['history'] },
    )
    expect(whole.evidence.trace?.pendingAfter).toEqual([])
    expect(whole.verdict).toBe('pass')
  })
})

function endsOf({ transactions }: TraceEvidence): readonly string[] {
  return transactions.map(({ end }) => end)
}
