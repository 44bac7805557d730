import { expect, it } from 'vitest'
import { cut } from './cut.ts'
import { segmentsOf } from './segments.ts'

const pieces = (sql: string, isBackslashPlain = true) =>
  cut(sql, { isBackslashPlain }).map(({ start, end }) => sql.slice(start, end))

it.each([
  ['', ['']],
  ['  -- nothing\n', ['  -- nothing\n']],
  ['select 1', ['select 1']],
  ['select 1; select 2;', ['select 1;', ' select 2;']],
  ['select 1; -- the end', ['select 1;']],
  [';;', [';', ';']],
  ["select ';'; select 'it''s;'", ["select ';';", " select 'it''s;'"]],
  ["select E'\\';'; select 1", ["select E'\\';';", ' select 1']],
  ["select 'a\\'; select ';'", ["select 'a\\';", " select ';'"]],
  ["select U&'\\0041;'; select N';', b'1;', x';'", ["select U&'\\0041;';", " select N';', b'1;', x';'"]],
  ['select ";"; select "a"";b"', ['select ";";', ' select "a"";b"']],
  ['select $$;$$; select $a$;$$;$a$;', ['select $$;$$;', ' select $a$;$$;$a$;']],
  ['select a$b$; select $1; select 1$x$', ['select a$b$;', ' select $1;', ' select 1$x$']],
  ['/* ; /* ; */ ; */ select 1; -- ;\nselect 2', ['/* ; /* ; */ ; */ select 1;', ' -- ;\nselect 2']],
  [
    'create rule r as on insert to t do (select 1; select 2); select 3',
    ['create rule r as on insert to t do (select 1; select 2);', ' select 3'],
  ],
  [
    'create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
    [
      'create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end;',
      ' select 3',
    ],
  ],
  [
    'begin; update t set begin = 1; end; select 1',
    ['begin;', ' update t set begin = 1;', ' end;', ' select 1'],
  ],
  ["select 'never ended; select 1", ["select 'never ended; select 1"]],
  ['select $x$ never ended; select 1', ['select $x$ never ended; select 1']],
  ['select 1 /* never ended; select 1', ['select 1 /* never ended; select 1']],
])('cuts %j', (sql, expected) => {
  expect(pieces(sql)).toEqual(expected)
})

it('reads backslashes as the session does', () => {
  expect(pieces("select '\\'; commit; select '", false)).toEqual(["select '\\'; commit; select '"])
  expect(pieces("select '\\'; commit; select '", true)).toHaveLength(3)
})

it.each([
  ['BEGIN', ['begin']],
  ['start /* x */ transaction read only', ['begin']],
  ['-- first\ncommit', ['commit']],
  ['END', ['commit']],
  ['commit and chain', ['commit']],
  ["prepare transaction 'x'", ['commit']],
  ['prepare x as select 1', ['other']],
  ["commit prepared 'x'", ['alone']],
  ['rollback', ['rollback']],
  ['abort work', ['rollback']],
  ['rollback to savepoint a', ['other']],
  ['rollback work to a', ['other']],
  ['vacuum full t', ['alone']],
  ['create unique index concurrently i on t (a)', ['alone']],
  ['create index i on t (concurrently)', ['other']],
  ['drop index concurrently if exists i', ['alone']],
  ['reindex (verbose) table concurrently t', ['alone']],
  ['reindex table t', ['other']],
  ['refresh materialized view concurrently v', ['other']],
  ['alter table a detach partition b concurrently', ['alone']],
  ['create database d', ['alone']],
  [
    'begin; update a set x = 1; insert into b values (1); commit; select 1',
    ['begin', 'other', 'commit', 'other'],
  ],
])('knows what %j does to a transaction', (sql, kinds) => {
  expect(segmentsOf(sql, true).map(({ kind }) => kind)).toEqual(kinds)
})

it('keeps every character, where it was', () => {
  const sql = " begin;\nselect ';' ; select 2 ;commit ; -- done\n"
  const segments = segmentsOf(sql, true)
  for (const { sql: part, offset } of segments) expect(sql.slice(offset, offset + part.length)).toBe(part)
  expect(segments.map(({ sql: part }) => part).join('')).toBe(" begin;\nselect ';' ; select 2 ;commit ;")
})
