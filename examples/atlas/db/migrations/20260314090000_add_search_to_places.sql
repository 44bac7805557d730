-- migrate:up

create extension if not exists pg_trgm;

-- A place's name as people type it, filled by the task reindex-search: "Zürich" is "zurich".
alter table places add column search text;

create index places_search on places using gin (search gin_trgm_ops);

-- migrate:down

alter table places drop column search;

drop extension pg_trgm;
