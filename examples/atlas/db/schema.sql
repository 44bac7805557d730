-- What a new Atlas starts with. Every change since then is a migration in db/migrations.
create table if not exists places (
  id         integer primary key,      -- GeoNames' own
  name       text not null,
  country    text not null,            -- ISO 3166, two capital letters
  population integer not null,         -- 0 where nobody knows
  latitude   double precision not null,
  longitude  double precision not null
);
