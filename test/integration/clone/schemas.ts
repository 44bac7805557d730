/** A schema with one of almost everything, with odd names and content. */
export const variedSchema = `
create extension if not exists pg_trgm;
create extension if not exists hstore;
create role "Owner ""Ü" nologin;
create role reader login;
create schema "O'dd ""schema";
create schema shop authorization "Owner ""Ü";
create type shop.mood as enum ('fine', 'so, so', 'it''s bad');
create domain shop.positive as int check (value > 0);
create sequence shop.numbers start 7 increment 3;
select nextval('shop.numbers'), nextval('shop.numbers');
create table shop.users (
  id bigint generated always as identity primary key,
  email varchar(200) not null unique check (email in ('a') or email like '%@%' or email = any ('{b}')),
  status varchar(10) check (status in ('new', 'old', 'it''s')) default 'new',
  mood shop.mood,
  age shop.positive,
  tags hstore,
  price numeric(20, 4),
  doubled numeric generated always as (price * 2) stored,
  born timestamptz default now(),
  raw bytea,
  gone text
);
alter table shop.users drop column gone;
alter table shop.users owner to "Owner ""Ü";
grant select on shop.users to reader;
grant update (email) on shop.users to reader;
grant usage on schema shop to reader;
insert into shop.users (email, status, mood, age, tags, price, raw)
  select 'user' || n || E'@ex\\\\ample\\t\\n.org', 'new', 'so, so', n, hstore('k', n::text), n / 7.0, decode(md5(n::text), 'hex')
  from generate_series(1, 3000) n;
create index users_email on shop.users using gin (email gin_trgm_ops);
create index on shop.users (status) where status in ('new', 'old');
create table "O'dd ""schema"."T .able ü" (" a""b " int, ref bigint references shop.users on delete cascade);
insert into "O'dd ""schema"."T .able ü" select n, n from generate_series(1, 10) n;
create table shop.nothing ();
insert into shop.nothing default values;
insert into shop.nothing default values;
create table shop.events (at date not null, what text) partition by range (at);
create table shop.events_2026 partition of shop.events for values from ('2026-01-01') to ('2027-01-01');
create table shop.events_other partition of shop.events default;
insert into shop.events select date '2025-12-20' + n, 'e' || n from generate_series(1, 100) n;
create view shop.new_users as select id, email from shop.users where status in ('new', 'old');
create materialized view shop.counted as select count(*) as n from shop.users;
create function shop.twice(int) returns int language sql immutable as 'select $1 * 2';
create function shop.noted() returns trigger language plpgsql as $$ begin new.status := 'old'; return new; end $$;
create trigger noted before update on shop.users for each row execute function shop.noted();
alter table shop.users enable row level security;
create policy own on shop.users for select to reader using (age > 0);
create unlogged table shop.scratch (n int);
insert into shop.scratch values (1);
select lo_from_bytea(0, 'large content');
create publication everything for table shop.users;
alter default privileges for role "Owner ""Ü" in schema shop grant select on tables to reader;`
