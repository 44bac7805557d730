-- migrate:up

set local lock_timeout = '2s';

-- Cities grow.
alter table places alter column population type bigint;

-- migrate:down

alter table places alter column population type integer;
