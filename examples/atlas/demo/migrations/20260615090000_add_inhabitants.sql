-- migrate:up

set local lock_timeout = '2s';

-- Takes the place of population, once a batch has filled it.
alter table places add column inhabitants bigint;

-- migrate:down

alter table places drop column inhabitants;
