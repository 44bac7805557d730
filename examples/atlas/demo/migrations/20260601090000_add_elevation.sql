-- migrate:up

set local lock_timeout = '2s';

alter table places add column elevation integer;   -- metres above the sea

-- migrate:down

alter table places drop column elevation;
