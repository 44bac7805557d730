import type { Pool } from 'pg'

export interface OrderCount {
  readonly status: 'unpaid' | 'paid' | 'cancelled'
  readonly orders: number
  readonly total: number
}

export async function countOrders(database: Pool): Promise<readonly OrderCount[]> {
  const { rows } = await database.query<OrderCount>(
    `select status, count(*)::int as orders, sum(amount)::float8 as total
     from orders group by status order by status`,
  )
  return rows
}

/** Cancels at most `limit` orders that nobody has paid for so many days. Returns how many they were. */
export async function cancelUnpaid(database: Pool, days: number, limit: number): Promise<number> {
  const { rowCount } = await database.query(
    `update orders set status = 'cancelled'
     where id in (
       select id from orders
       where status = 'unpaid' and placed_at < now() - make_interval(days => $1)
       order by id limit $2 for update skip locked
     )`,
    [days, limit],
  )
  return rowCount ?? 0
}
