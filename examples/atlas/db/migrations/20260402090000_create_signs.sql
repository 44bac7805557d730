-- migrate:up

-- Town signs that were ordered, by the task order-signs. Each costs money, and nothing here keeps a place from being
-- given two.
create table signs (
  number     bigint generated always as identity primary key,
  place      integer not null references places (id),
  lettering  varchar(60) not null,   -- no more fits on one
  ordered_at timestamptz not null default now()
);

-- migrate:down

drop table signs;
