-- migrate:up
create table orders (
  id bigint generated always as identity primary key,
  amount numeric(10, 2) not null check (amount > 0),
  status text not null default 'unpaid' check (status in ('unpaid', 'paid', 'cancelled')),
  placed_at timestamptz not null default now()
);

-- migrate:down
drop table orders;
