-- migrate:up
-- A hundred, one a day; every fourth was never paid.
insert into orders (amount, status, placed_at)
select day * 1.25, case when day % 4 = 0 then 'unpaid' else 'paid' end, now() - make_interval(days => day)
from generate_series(1, 100) as day;

-- migrate:down
delete from orders;
