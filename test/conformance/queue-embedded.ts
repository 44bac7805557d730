/** The embedded queue with what plans its slices, marks them done, and hands out again what was held too long. */
import pg from 'pg'
import { ensureSchema } from '../../src/databases/postgres/slice-ledger/schema.ts'
import { PostgresWorkshop } from '../../src/databases/postgres/slice-ledger/workshop.ts'
import { EmbeddedQueue } from '../../src/queues/embedded/embedded-queue.ts'
import type { Delivery, Queue, QueueOptions, SliceHint } from '../../src/queues/queue.ts'

const source = { table: 'anything', key: ['id'] }
let workers = 0

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Purser's tables, a source, and a place for what a hint says beside its slice. */
export async function makeEmbeddedTables(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await ensureSchema(client)
    await client.query('create table anything (id bigint primary key)')
    await client.query(
      'create table hints (batch text, slice bigint, hint jsonb, primary key (batch, slice))',
    )
  })
}

/** Plans slices with the numbers of these hints: what the lead does in place of sending. */
export async function planSlices(url: string, batch: string, hints: readonly SliceHint[]): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `insert into purser.batches (id, task, definition, parameters, key_types, lease_ms)
       values ($1, 'any', 'any', '{}', '{bigint}', 1000) on conflict do nothing`,
      [batch],
    )
    const numbered = JSON.stringify(
      hints.map((hint) => ({ slice: hint.slice, generation: hint.generation, hint })),
    )
    await client.query(
      `with planned as (
         select slice, generation, hint from jsonb_to_recordset($2) as h(slice bigint, generation int, hint jsonb)
       ), kept as (insert into hints select $1, slice, hint from planned)
       insert into purser.slices (batch, number, generation, rows, upper)
       select $1, slice, generation, 1, '["1"]' from planned`,
      [batch, numbered],
    )
    await client.query(`select pg_notify('purser', $1)`, [batch])
  })
}

/** Opens the queue of a batch, as a worker of its own. */
export async function openEmbedded({ url = '', settings }: QueueOptions): Promise<Queue> {
  const batch = String(settings.name)
  workers += 1
  const worker = `${process.pid}.${workers}`
  const plan = { batch, worker, source, leaseMs: 30_000, sliceMs: 60_000 }
  const workshop = await PostgresWorkshop.open(url, plan)
  const queue = new EmbeddedQueue(batch, workshop, true)
  return {
    condition: () => queue.condition(),
    async send(hints) {
      await planSlices(url, batch, hints)
      return []
    },
    async receive(wait, signal) {
      const delivery = await queue.receive(wait, signal)
      return delivery && asHinted(url, delivery)
    },
    async receiveMore(most) {
      const more = await queue.receiveMore(most)
      return Promise.all(more.map((delivery) => asHinted(url, delivery)))
    },
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]()
      await workshop[Symbol.asyncDispose]()
    },
  }
}

/** With the hint as it was sent; acknowledged by a checkpoint, as every slice is. */
async function asHinted(url: string, delivery: Delivery): Promise<Delivery> {
  const { batch, slice } = delivery.hint
  return withClient(url, async (client) => {
    const { rows } = await client.query('select hint from hints where batch = $1 and slice = $2', [
      batch,
      slice,
    ])
    return {
      ...delivery,
      hint: rows[0].hint,
      async ack() {
        await withClient(url, (other) =>
          other.query(
            'update purser.slices set state = 2 where batch = $1 and number = $2 and token = $3 and state = 1',
            [batch, slice, delivery.claim?.token],
          ),
        )
        await delivery.ack()
      },
    }
  })
}

/** Hands out again what was held beyond its lease, as a lead does. */
export function sweepLeases(url: string): AsyncDisposable {
  let sweeping = Promise.resolve()
  const timer = setInterval(() => {
    sweeping = sweeping.then(() =>
      withClient(url, async (client) => {
        await client.query(
          `update purser.slices set state = 0, token = token + 1 where state = 1 and lease_until < clock_timestamp()`,
        )
        await client.query(`select pg_notify('purser', id) from purser.batches`)
      }),
    )
  }, 200)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await sweeping
    },
  }
}
