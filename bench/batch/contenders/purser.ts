import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabasePlace, QueuePlace } from '../../../src/executors/executor.ts'
import type { LeadAssignment } from '../../../src/release-side/batch/lead-attempt.ts'
import type { SliceWorkerOrder } from '../../../src/release-side/batch/slice-worker.ts'
import { Helper } from '../helpers/helper.ts'
import type { Services } from '../services/services.ts'
import { type Contender, workers } from './contender.ts'

interface Transport {
  readonly place: QueuePlace
  readonly variables: Readonly<Record<string, string>>
}

interface PurserOptions {
  readonly name: string
  /** The slice ledger itself unless stated. */
  readonly transport?: (services: Services) => Promise<Transport>
  /** The latency above which it gives way, in milliseconds. */
  readonly latencyMs?: number
}

export const embedded = purser({ name: 'Purser embedded' })
export const overRabbitMq = purser({ name: 'Purser RabbitMQ', transport: (services) => services.rabbitMq() })
export const overSqs = purser({ name: 'Purser SQS (fauxqs)', transport: (services) => services.sqs() })

export const file = 'bench/batch/tasks/raise.ts'
const folders = [path.dirname(file)]

/** A lead and two workers, each a process of its own, without the start of the command line. */
export function purser({ name, transport, latencyMs }: PurserOptions): Contender {
  return {
    name,
    guarantee: 'exactly once',
    async run({ services, table, ready }, { rows, sliceRows }) {
      await forgetBatches(table)
      const wire = await transport?.(services)
      const variables = {
        ...wire?.variables,
        BENCH_SLICE_ROWS: String(sliceRows),
        ...(rows === table.rows ? {} : { BENCH_ROWS: String(rows) }),
        ...(latencyMs === undefined ? {} : { BENCH_LATENCY_MS: String(latencyMs) }),
      }
      const queue: { queue?: QueuePlace } = wire === undefined ? {} : { queue: wire.place }
      await using stack = new AsyncDisposableStack()
      const start = async (program: string) => stack.use(await Helper.start(program, variables))
      const lead = await start('purser-lead')
      const crew = await Promise.all(Array.from({ length: workers }, () => start('purser-worker')))
      const definition = await lead.ask<string>('digest', file)
      const run = `bench-${Date.now()}`
      const order = { run, definition, url: services.postgres.url, ...queue }
      for (const [at, worker] of crew.entries()) worker.send(workerOrder({ ...order, name: `worker-${at}` }))
      lead.onWord(() => {
        for (const worker of crew) worker.send(onRecord)
      })
      await connected(table, crew.length)
      await ready()
      return await lead.ask<number>('lead', {
        kind: 'task',
        run,
        attempt: `${run}.1`,
        file,
        parameters: {},
        batch: { database: databaseAt(services.postgres.url), workers: 0, folders, ...queue },
      } satisfies LeadAssignment)
    },
  }
}

interface WorkerPlan {
  readonly run: string
  readonly name: string
  readonly definition: string
  readonly url: string
  readonly queue?: QueuePlace
}

/** What workers are told when their batch has begun. */
export const onRecord = {}

// Each one's to work on, its leases', and the one that it listens on.
const connectionsEach = 3

const connectedWithinMs = 30_000

/** Until so many workers have their connections, as those of every other side have by now. */
async function connected(table: { query(text: string): Promise<readonly unknown[]> }, workers: number) {
  const text = `select from pg_stat_activity where application_name like 'purser%' and state = 'idle'`
  const deadline = performance.now() + connectedWithinMs
  while ((await table.query(text)).length < workers * connectionsEach) {
    if (performance.now() > deadline) throw new Error('A worker has not connected.')
    await sleep(10)
  }
}

/** What a worker of the batch is told. */
export function workerOrder({ run, name, definition, url, queue }: WorkerPlan): SliceWorkerOrder {
  const about = { batch: run, name, file, definition, parameters: {}, folders, mayLeave: false }
  return { ...about, database: databaseAt(url), ...(queue === undefined ? {} : { queue }) }
}

function databaseAt(url: string): DatabasePlace {
  return { kind: 'postgres', url: { value: url } }
}

/** What earlier batches left on record. */
async function forgetBatches(table: { query(text: string): Promise<unknown> }): Promise<void> {
  await table.query(`
    do $$ begin
      if to_regclass('purser.batches') is not null then
        truncate purser.batches, purser.slices, purser.buried;
      end if;
    end $$`)
}
