import { afterEach, beforeEach } from 'vitest'
import type {
  BatchDesk,
  BatchLead,
  BatchPlan,
  SliceLedger,
  SliceWorkshop,
  WorkshopPlan,
} from '../../../src/databases/slice-ledger.ts'
import type { SliceClaim } from '../../../src/runs/slice.ts'
import { type Sql, sql } from '../../../src/tasks/sql.ts'

/** A database for one case, with a table `places` of the columns `id` (its key, from 1) and `applied` (0). */
export interface World extends AsyncDisposable {
  /** Another process's ledger, as it were. */
  open(): Promise<SliceLedger>
  readonly desk: BatchDesk
  run(statement: string): Promise<void>
  /** How often each row was done, in the order of their keys. */
  applied(): Promise<readonly number[]>
  /** Ends every lease as if its time had gone by. */
  expireLeases(): Promise<void>
  /** Cuts the connections on which slices are worked on, and waits until they are gone. */
  cutWork(): Promise<void>
  /** An expression that takes so many milliseconds for each row, and is 0. */
  slowZero(ms: number): Sql
  /** Waits until a statement with `slowZero` is being carried out. */
  untilSlow(): Promise<void>
  /** A statement that fails, whatever the rows. */
  readonly failing: string
}

export const rowsInAll = 100
export const leaseMs = 60_000
export const tries = { halves: 2, tried: 3 }
export const never = new AbortController().signal
export const increment: NonNullable<WorkshopPlan['statement']> = (slice) =>
  sql`update places set applied = applied + 1 where ${slice}`
export const incrementSlice = 'update places set applied = applied + 1 where id = any($1)'

export type Bench = ReturnType<typeof makeBench>

/** What each case has: a world of its own, its ledger, and short words for what is done with them. */
export function makeBench(makeWorld: () => Promise<World>) {
  let world: World
  let ledger: SliceLedger
  let opened: AsyncDisposable[]
  beforeEach(async () => {
    world = await makeWorld()
    ledger = await world.open()
    opened = [ledger]
    await world.run(`insert into places select n, 0 from generate_series(1, ${rowsInAll}) n`)
  })
  afterEach(async () => {
    for (const each of opened.reverse()) await each[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const plan = (options: Partial<BatchPlan> = {}): BatchPlan => ({
    id: 'batch-1',
    task: 'count-places',
    definition: 'sha256:1',
    parameters: { colour: 'teal' },
    source: { table: 'places', key: ['id'] },
    leaseMs,
    ...options,
  })
  const begin = async (options?: Partial<BatchPlan>): Promise<BatchLead> => {
    const lead = await ledger.begin(plan(options))
    opened.push(lead)
    return lead
  }
  const hire = async (
    worker: string,
    options: Partial<WorkshopPlan> = {},
    begun?: Promise<void>,
  ): Promise<SliceWorkshop> => {
    const { id: batch, source } = plan()
    const about = { batch, worker, source, statement: increment, leaseMs, sliceMs: 20_000, ...options }
    const shop = await ledger.open(about, begun)
    opened.push(shop)
    return shop
  }
  const handle = (worker: string, options: Partial<WorkshopPlan> = {}) => {
    const { id: batch, source } = plan()
    return ledger.open({ batch, worker, source, leaseMs, sliceMs: 20_000, ...options }).then((shop) => {
      opened.push(shop)
      return shop
    })
  }
  const claimFrom = async (shop: SliceWorkshop): Promise<SliceClaim> => {
    const [claim] = await shop.claim(1, false)
    if (claim === undefined) throw new Error('There was nothing to claim.')
    return claim
  }
  const planAll = async (lead: BatchLead, rows = 10): Promise<void> => {
    while ((await lead.extend(4, rows)) > 0);
  }
  const finish = async (shop: SliceWorkshop): Promise<void> => {
    for (let claims = await shop.claim(8, false); claims.length > 0; claims = await shop.claim(8, false)) {
      for (const claim of claims) await shop.apply(claim)
    }
  }
  const times = (n: number) => new Array(rowsInAll).fill(n)
  return {
    get world() {
      return world
    },
    get ledger() {
      return ledger
    },
    get opened() {
      return opened
    },
    plan,
    begin,
    hire,
    handle,
    claimFrom,
    planAll,
    finish,
    times,
  }
}

/** A claim's end, also where its session was ended first. */
export async function ends(shop: SliceWorkshop, claim: SliceClaim) {
  try {
    return await shop.apply(claim)
  } catch (error) {
    if (shop.classify(error) !== 'away') throw error
    return await shop.outcomeOf(claim)
  }
}
