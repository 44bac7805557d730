import type { SliceWorkshop } from '../databases/slice-ledger.ts'
import type { Batch } from './definition.ts'
import { type Ahead, Leases } from './leases.ts'
import { PaceKeeper } from './pace-keeper.ts'
import { Turns } from './turns.ts'

/** All that a worker needs for the slices of one batch. */
export interface Bench extends AsyncDisposable {
  readonly id: string
  readonly batch: Batch
  readonly definition: string
  readonly workshop: SliceWorkshop
  readonly leases: Leases
  /** Where slices are cut by time: those of so many rows are cut without. */
  readonly pace?: PaceKeeper
  readonly turns: Turns
  /** Errors are kept in the database, where secrets of the release have no place. */
  readonly redact: (text: string) => string
}

/** Sets a bench up; the workshop is disposed of with it. */
export function makeBench(
  id: string,
  batch: Batch,
  definition: string,
  workshop: SliceWorkshop,
  redact: (text: string) => string,
  ahead: Ahead = {},
): Bench {
  const leases = new Leases(workshop, batch.limits.leaseMs, ahead)
  return {
    id,
    batch,
    definition,
    workshop,
    leases,
    ...('targetMs' in batch.size ? { pace: new PaceKeeper(workshop) } : {}),
    turns: new Turns(workshop),
    redact,
    async [Symbol.asyncDispose]() {
      await leases[Symbol.asyncDispose]()
      await workshop[Symbol.asyncDispose]()
    },
  }
}
