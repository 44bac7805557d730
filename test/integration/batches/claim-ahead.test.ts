import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeBench } from '../../../src/batches/bench.ts'
import { ClaimAhead } from '../../../src/batches/claim-ahead.ts'
import type { Batch } from '../../../src/batches/definition.ts'
import { workOnBatch } from '../../../src/batches/worker.ts'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { BatchLead, SliceWorkshop } from '../../../src/databases/slice-ledger.ts'
import type { SliceHint } from '../../../src/queues/queue.ts'
import { countReady } from '../../../src/queues/rabbitmq/count-ready.ts'
import { openRabbitMqQueue } from '../../../src/queues/rabbitmq/rabbitmq-queue.ts'
import { drainQueue } from '../../../src/release-side/batch/drain-queue.ts'
import type { SliceClaim } from '../../../src/runs/slice.ts'
import { sql } from '../../../src/tasks/sql.ts'
import { type BatchDatabase, makeBatchDatabase } from '../../support/batch-database.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq.ts'
import { until } from '../../support/until.ts'

const rows = 120
const [definition, leaseMs] = ['sha256:1', 60_000]
const source = { table: 'places', key: ['id'] }
const wait = { leaseMs, waitMs: 5_000 }
const cutWhoWaits = ({ client }: BatchDatabase) =>
  `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = '${client.database}'`
const never = new AbortController().signal

let server: Postgres
let rabbit: RabbitMq
let database: BatchDatabase
let stack: AsyncDisposableStack
let ledger: PostgresSliceLedger
let lead: BatchLead
let name: string
let names = 0
beforeAll(async () => {
  const [programs] = await allPrograms()
  if (programs === undefined) throw new Error('There is no PostgreSQL.')
  server = await startPostgres('claim-ahead', { programs })
  rabbit = await startRabbitMq()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  database = stack.use(await makeBatchDatabase(server))
  await database.rows('create table places (id bigint primary key, applied int not null)')
  await database.rows(`insert into places select n, 0 from generate_series(1, ${rows}) n`)
  ledger = stack.use(new PostgresSliceLedger(database.url))
  const about = { task: 'count', definition, parameters: {} }
  lead = stack.use(await ledger.begin({ id: 'batch-1', ...about, source, leaseMs }))
  while ((await lead.extend(50, 1)) > 0);
  name = `ahead-${++names}`
  return () => stack.disposeAsync()
})

const ready = () => countReady({ url: rabbit.url(), settings: { queue: name } })
const openQueue = () => openRabbitMqQueue({ url: rabbit.url(), settings: { queue: name }, report: () => {} })
const openShop = (worker: string): Promise<SliceWorkshop> =>
  ledger.open({
    ...{ batch: 'batch-1', worker, source, leaseMs, sliceMs: 20_000 },
    statement: (slice) => sql`update places set applied = applied + 1 where ${slice}`,
  })
const applied = async () =>
  (await database.rows<{ applied: number }>('select applied from places order by id')).map(
    (row) => row.applied,
  )

/** Sends the hints of all slices, so often. */
async function sendAll(times = 1): Promise<readonly SliceHint[]> {
  await using queue = await openQueue()
  const due = await lead.unsent(1_000, undefined)
  const hints = due.map((slice): SliceHint => ({ batch: 'batch-1', definition, ...slice }))
  for (let sent = 0; sent < times; sent += 1) expect(await queue.send(hints)).toEqual([])
  await lead.markSent(due)
  return hints
}

async function hire(worker: string) {
  const workshop = await openShop(worker)
  const transport = await openQueue()
  const queue = new ClaimAhead(transport, { batch: 'batch-1', definition, workshop })
  return { workshop, transport, queue }
}

/** Works until the batch rests or it is drained, as a worker's process does. */
async function work(
  worker: string,
  drain: AbortSignal,
  onSlices: (claims: readonly SliceClaim[]) => unknown = () => {},
) {
  const { workshop, queue } = await hire(worker)
  const applyEach = workshop.applyEach.bind(workshop)
  workshop.applyEach = async (claims) => {
    await onSlices(claims)
    return applyEach(claims)
  }
  const batch: Batch = {
    ...{ task: 'count', params: {}, source, size: { rows: 1 }, throttle: [], statement: () => sql`` },
    limits: { tries: 3, buried: 100, sliceMs: 20_000, leaseMs },
  }
  await using own = makeBench('batch-1', batch, definition, workshop, (text) => text, queue)
  try {
    await workOnBatch({ own, other: async () => 'foreign', queue, drain, say: () => {}, mayLeave: false })
  } finally {
    await queue[Symbol.asyncDispose]()
  }
}

const allOnce = new Array(rows).fill(1)

describe('a worker over a broker', () => {
  it('claims what is at hand together, and the more at once the faster it is', async () => {
    await sendAll()
    const { workshop, queue } = await hire('one')
    const [counts, claims]: [number[], SliceClaim[]] = [[], []]
    const claimThese = workshop.claimThese.bind(workshop)
    workshop.claimThese = async (...args) => {
      const claimed = await claimThese(...args)
      counts.push(claimed.length)
      return claimed
    }
    while (claims.length < rows) {
      const delivery = await queue.receive(wait)
      if (delivery?.claim === undefined) throw new Error('It came without its claim.')
      claims.push(delivery.claim)
      await delivery.ack()
    }
    expect(counts.length).toBeLessThan(rows / 2)
    expect(Math.max(...counts)).toBeGreaterThan(4)
    for (const claim of claims) expect(await workshop.apply(claim)).toMatchObject({ end: 'done' })
    await queue[Symbol.asyncDispose]()
    await workshop[Symbol.asyncDispose]()
    expect(await applied()).toEqual(allOnce)
    expect(await ready()).toBe(0)
  })

  it('[18] starts no more slice once the batch is paused, and gives back what it had ahead, with its hints', async () => {
    await sendAll()
    let [met, isPaused] = [0, false]
    await work('one', never, async ({ length }) => {
      expect(isPaused).toBe(false)
      isPaused = length > 1
      if (isPaused) await database.desk.move('batch-1', 'paused')
      else met += 1
    })
    expect(isPaused).toBe(true)
    expect(await lead.tally()).toMatchObject({ claimed: 0, slices: met })
    await until(async () => (await ready()) === rows - met)
    await using again = await ledger.begin({
      ...{ id: 'batch-1', task: 'count', definition, parameters: {}, source, leaseMs },
    })
    const drain = new AbortController()
    const working = work('two', drain.signal)
    await until(async () => (await again.tally()).slices === rows)
    drain.abort()
    await working
    expect(await applied()).toEqual(allOnce)
    expect(await ready()).toBe(0)
  })

  it('gives back what it has not begun when it is drained', async () => {
    await sendAll()
    const drain = new AbortController()
    let met = 0
    await work('one', drain.signal, async ({ length }) => {
      if (length === 1) {
        met += 1
        return
      }
      drain.abort()
      await until(async () => (await lead.tally()).claimed === 0)
    })
    expect(await lead.tally()).toMatchObject({ claimed: 0, slices: met, waiting: rows - met })
    await until(async () => (await ready()) === rows - met)
  })

  it('[2] leaves what it had ahead to others when it is killed, once its lease is over', async () => {
    await sendAll()
    const { workshop, transport, queue } = await hire('dying')
    for (let held = 0; queue.ahead.length < 1; held += 1) {
      if (held === rows) throw new Error('Nothing was claimed ahead.')
      const delivery = await queue.receive(wait)
      if (delivery?.claim !== undefined) await workshop.apply(delivery.claim)
    }
    await transport[Symbol.asyncDispose]()
    await workshop[Symbol.asyncDispose]()
    await database.expireLeases()
    expect(await lead.sweep()).toEqual(['dying'])
    await sendAll()
    const drain = new AbortController()
    const working = work('survivor', drain.signal)
    await until(async () => (await lead.tally()).slices === rows)
    drain.abort()
    await working
    expect(await applied()).toEqual(allOnce)
  })

  it('[1] does each slice once whose hints were doubled, by two workers, and leaves none of them behind', async () => {
    await sendAll(3)
    const drain = new AbortController()
    const working = [work('one', drain.signal), work('two', drain.signal)]
    await until(async () => (await lead.tally()).slices === rows)
    drain.abort()
    await Promise.all(working)
    expect(await applied()).toEqual(allOnce)
    await using queue = await openQueue()
    await drainQueue(queue, 'batch-1')
    expect(await ready()).toBe(0)
  })

  it('asks again for what it was told is another’s, and for what it could not ask', async () => {
    await sendAll()
    const { workshop, queue } = await hire('one')
    const seen: number[] = []
    const take = async () => {
      const delivery = await queue.receive(wait)
      if (delivery?.claim === undefined) throw new Error('It came without its claim.')
      seen.push(delivery.hint.slice)
      await workshop.apply(delivery.claim)
      await delivery.ack()
    }
    while (queue.ahead.length < 1) await take()
    const { ahead } = queue
    queue.forget(ahead.map(({ slice }) => slice))
    expect(queue.ahead).toEqual([])
    await workshop.giveBack(ahead)
    await database.rows('begin')
    await database.rows('select from purser.slices for update')
    const asking = expect(queue.receive(wait)).rejects.toThrow()
    await until(async () => (await server.query(cutWhoWaits(database))).length > 0)
    await asking
    await database.rows('rollback')
    // that its connection is gone may be news to it for a moment longer
    await until(() =>
      workshop.claimThese([], false).then(
        () => true,
        () => false,
      ),
    )
    while (seen.length < rows) await take()
    expect(new Set(seen).size).toBe(rows)
    expect(await applied()).toEqual(allOnce)
    await queue[Symbol.asyncDispose]()
    await workshop[Symbol.asyncDispose]()
  })

  it('hands on as they are hints of other batches, and of another definition', async () => {
    const { workshop, transport, queue } = await hire('one')
    const hint = { batch: 'batch-1', slice: 1, generation: 0, sending: 1, definition }
    const others = [
      { ...hint, batch: 'batch-2' },
      { ...hint, definition: 'sha256:2' },
    ]
    await transport.send(others)
    for (const other of others) {
      const delivery = await queue.receive(wait)
      expect(delivery).toMatchObject({ hint: other })
      expect(delivery?.claim).toBeUndefined()
      await delivery?.ack()
    }
    await transport.send([hint])
    expect(await queue.receive(wait)).toMatchObject({ hint, claim: { slice: 1, tries: 0 } })
    await queue[Symbol.asyncDispose]()
    await workshop[Symbol.asyncDispose]()
  })

  it('brings nothing, at once, once it is closed', async () => {
    await sendAll()
    const { workshop, queue } = await hire('one')
    expect((await queue.receive(wait))?.claim).toBeDefined()
    await queue[Symbol.asyncDispose]()
    const started = performance.now()
    expect(await queue.receive(wait)).toBeUndefined()
    expect(await queue.receiveMore(10)).toEqual([])
    expect(performance.now() - started).toBeLessThan(wait.waitMs / 2)
    await workshop[Symbol.asyncDispose]()
  })

  it('does nothing while the speed is 0, and goes on with the same hints', async () => {
    await sendAll()
    await lead.setSpeed(0, 'a test')
    const { workshop, queue } = await hire('one')
    const started = performance.now()
    expect(await queue.receive(wait)).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(wait.waitMs)
    await lead.setSpeed(1, undefined)
    expect((await queue.receive(wait))?.claim).toBeDefined()
    await queue[Symbol.asyncDispose]()
    await workshop[Symbol.asyncDispose]()
  })
})
