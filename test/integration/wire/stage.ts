import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Statement, StatementLock } from '../../../src/databases/wire.ts'
import { type Postgres, type Programs, startPostgres } from '../../support/postgres.ts'
import { realPassword, type Tapped, tap } from './world.ts'

export const nothing = { inserted: 0, updated: 0, deleted: 0, scanned: 0, built: [] }

/** A server with a few tables, triggers and a procedure, anew for each test, and a wire to it that tells what it sees. */
export class Stage {
  #server: Postgres | undefined
  #wire: Tapped | undefined
  /** Statements, and how their transactions ended, since the test began. */
  seen: Statement[] = []
  ends: (readonly [number, string])[] = []

  constructor(programs: Programs) {
    beforeAll(async () => {
      this.#server = await startPostgres(realPassword, { programs })
    })
    afterAll(() => this.#server?.[Symbol.asyncDispose]())
    beforeEach(async () => {
      this.seen = []
      this.ends = []
      await this.#set()
      return () => this.#clear()
    })
  }

  get server(): Postgres {
    if (this.#server === undefined) throw new Error('The server has not been started.')
    return this.#server
  }

  get wire(): Tapped {
    if (this.#wire === undefined) throw new Error('The wire has not been opened.')
    return this.#wire
  }

  async #set(): Promise<void> {
    await this.server.query(`
      drop schema public cascade; create schema public; drop schema if exists purser cascade;
      create table a (n int primary key, m int, name varchar(20));
      insert into a select n, 0, 'x' || n from generate_series(1, 100) n;
      create index a_name on a (name);
      create table b (n int); create table c (n int);
      create table child (n int references a on delete cascade);
      insert into child select n from a;
      create function log_it() returns trigger language plpgsql as $$ begin insert into c values (new.n); return new; end $$;
      create trigger logs after update on a for each row execute function log_it();
      create procedure commits_inside() language plpgsql as $$ begin update a set m = 7; commit; end $$`)
    this.#wire = await tap(this.server.url(), {
      tap: {
        beforeCommit: async () => undefined,
        afterStatement: (statement) => void this.seen.push(statement),
        afterTransaction: (_session, transaction, end) => void this.ends.push([transaction, end]),
      },
    })
  }

  async #clear(): Promise<void> {
    await this.wire[Symbol.asyncDispose]()
    expect(this.wire.errors).toEqual([])
  }
}

export function tablesOf(statement: Statement | undefined) {
  return Object.fromEntries(statement?.tables ?? [])
}

/** Locks that somebody waits for, in words. */
export function strong(
  statement: { readonly locks: readonly StatementLock[] } | undefined,
): readonly string[] {
  return (statement?.locks ?? [])
    .filter(({ blocks }) => blocks !== 'nobody')
    .map(({ table, relation, mode, blocks }) => `${table} ${relation} ${mode} ${blocks}`)
    .toSorted()
}
