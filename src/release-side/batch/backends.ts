import type { Ahead } from '../../batches/leases.ts'
import type { SliceLedger, SliceWorkshop } from '../../databases/slice-ledger.ts'
import type { DatabasePlace, QueuePlace, SecretPlace } from '../../executors/executor.ts'
import type { Queue, QueueOptions } from '../../queues/queue.ts'

/** What can be opened inside a twin, by kind; each is loaded when it is. */
export interface Backends {
  readonly sliceLedgers: Readonly<Record<string, (url: string) => Promise<SliceLedger>>>
  readonly queues: Readonly<Record<string, (options: QueueOptions) => Promise<Queue>>>
  /** The slice ledger itself as the queue. */
  readonly embedded: (batch: string, workshop: SliceWorkshop, isRisky: boolean) => Promise<Queue & Ahead>
}

/** Opens the slice ledger of a database. */
export async function openSliceLedger(
  { sliceLedgers }: Backends,
  { kind, url }: DatabasePlace,
): Promise<SliceLedger> {
  const open = sliceLedgers[kind]
  if (open === undefined) throw new TypeError(`There are no batches in databases of the kind "${kind}".`)
  return open(secretAt(url))
}

/** Opens the transport; `undefined` where the slice ledger itself is the queue. */
export async function openQueue(
  { queues }: Backends,
  place: QueuePlace | undefined,
  report: (sentence: string) => void,
): Promise<Queue | undefined> {
  if (place === undefined) return undefined
  const open = queues[place.kind]
  if (open === undefined) throw new TypeError(`There is no queue of the kind "${place.kind}".`)
  const { settings, url } = place
  return open({ settings, report, ...(url === undefined ? {} : { url: secretAt(url) }) })
}

function secretAt(place: SecretPlace): string {
  if ('value' in place) return place.value
  const value = process.env[place.variable]
  if (value !== undefined && value !== '') return value
  throw new TypeError(
    `The variable ${place.variable}, which the configuration names, is not set in this twin.`,
  )
}
