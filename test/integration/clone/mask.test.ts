import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStage, type ProductionDatabase, queryAt, type Stage } from './stage.ts'

let stage: Stage
let shop: ProductionDatabase
beforeAll(async () => {
  stage = await openStage()
  shop = await stage.makeDatabase()
  await shop.query(`
    create table users (id int primary key, email text unique, name text, touched boolean default false);
    insert into users select n, 'secret' || n || '@example.org', 'Secret ' || n from generate_series(1, 100) n;
    create table log (what text);
    create function note() returns trigger language plpgsql as $$ begin
      insert into log values (old.email); new.touched := true; return new; end $$;
    create trigger note before update on users for each row execute function note();
    create trigger always before update on users for each row execute function note();
    alter table users enable always trigger always`)
})
afterAll(() => stage[Symbol.asyncDispose]())

const mask = { 'public.users': { email: `'user' || id || '@example.net'`, name: `'Somebody'` } }

it('replaces values in the golden copy, without triggers, and says which', async () => {
  await using clone = await shop.clone({ mask })
  expect(clone.faithfulness).toMatchObject({
    isFaithful: true,
    masked: ['public.users.email', 'public.users.name'],
  })
  const rows = await queryAt(
    clone.url,
    `select count(*)::int as n, count(*) filter (where email like 'secret%' or name like 'Secret%' or touched)::int as seen from users`,
  )
  expect(rows).toEqual([{ n: 100, seen: 0 }])
  expect(await queryAt(clone.url, 'select count(*)::int as n from log')).toEqual([{ n: 0 }])
  const triggers = `select tgname, tgenabled from pg_trigger where not tgisinternal order by 1`
  expect(await queryAt(clone.url, triggers)).toEqual(await shop.query(triggers))
})

it('leaves nothing of them on the disk of the clone', async () => {
  await using clone = await shop.clone({ mask })
  const files = await queryAt(
    clone.url,
    `select position('secret7@example.org'::bytea in pg_read_binary_file(pg_relation_filepath('users'))) as at`,
  )
  expect(files).toEqual([{ at: 0 }])
})

it('is another golden copy than one without', async () => {
  await using masked = await shop.clone({ mask })
  await using plain = await shop.clone()
  expect(await queryAt(plain.url, 'select email from users where id = 7')).toEqual([
    { email: 'secret7@example.org' },
  ])
  expect(await queryAt(masked.url, 'select email from users where id = 7')).toEqual([
    { email: 'user7@example.net' },
  ])
})

it.each([
  [{ 'public.nobody': { email: `'x'` } }, 'public.nobody failed: there is no such table'],
  [{ 'public.users': { nothing: `'x'` } }, 'names a column that is not there'],
  [{ 'public.users': { email: `'x'` } }, 'values that must be unique are not any more'],
  [{ 'public.users': { email: `email::int::text` } }, 'SQLSTATE 22P02'],
])('says what is wrong with %o, and no value', async (wrong, message) => {
  const failure = await shop.clone({ mask: wrong }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'CLONE_COPY_FAILED', message: expect.stringContaining(message) })
  expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain('example.org')
})
