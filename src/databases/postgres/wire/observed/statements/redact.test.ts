import { expect, it } from 'vitest'
import { cut } from './cut.ts'
import { redact } from './redact.ts'

const rules = { isBackslashPlain: true }
const redacted = (sql: string) => redact(sql, cut(sql, rules)[0]?.words ?? [], rules)

it.each([
  [
    "insert into t (a, b) values ('secret', 42), (E'it\\'s', -1.5e3);",
    'insert into t (a, b) values (…, …), (…, -…)',
  ],
  ["update t set a = $1, b = 'x' where c2 = 7", 'update t set a = $1, b = … where c2 = …'],
  ["select /* of 'bob' */ 1 -- secret\n from t", 'select   … \n from t'],
  ['with x as (select 1) delete from t using x', 'with x as (select …) delete from t using x'],
  ['(select 1)', '(select …)'],
  ["copy t from stdin (delimiter ',')", 'copy t from stdin (delimiter …)'],
  ['select $$secret$$, $a$secret$a$, $1, "Column 1"', 'select …, …, $1, "Column 1"'],
  [
    "do $$ begin update t set a = 'secret' where n = 7; end $$",
    'do $$ begin update t set a = … where n = …; end $$',
  ],
  ["call p('secret')", 'call p(…)'],
  ["select set_config('a', 'secret', true)", 'select set_config(…, …, …)'.replace(', …)', ', true)')],
  ["create role r password 'secret'", 'create role r password …'],
  ["alter user r with password 'secret'", 'alter user r with password …'],
  [
    "create subscription s connection 'password=secret' publication p",
    'create subscription s connection … publication p',
  ],
  [
    "create user mapping for r server s options (password 'secret')",
    'create user mapping for r server s options (password …)',
  ],
  ["set app.token = 'secret'", 'set app.token = …'],
  ["set local app.token to 'secret'", 'set local app.token to …'],
])('keeps no constant of %j', (sql, expected) => {
  expect(redacted(sql)).toBe(expected)
})

it.each([
  "alter table t add column a varchar(20) default 'x'",
  "set local lock_timeout = '2s'",
  "comment on table t is 'people'",
  'create function f() returns int language sql as $$ select 1 $$',
  '-- first\ncreate index concurrently i on t (a)',
])('keeps %j as it is', (sql) => {
  expect(redacted(`  ${sql} ;\n`)).toBe(sql)
})

it('keeps no more than is worth reading', () => {
  expect(redacted(`insert into t values ${'(1), '.repeat(10_000)}(1)`)).toHaveLength(10_001)
})
