import { setTimeout as sleep } from 'node:timers/promises'
import { backoff, whileAway } from '../../batches/backoff.ts'
import { reasonOf } from '../../core/errors.ts'
import type { OpenBatch, SliceLedger } from '../../databases/slice-ledger.ts'
import type { Assignment, DatabasePlace } from '../../executors/executor.ts'
import { type Backends, openSliceLedger } from './backends.ts'
import { Crew } from './crew.ts'
import { findBatches, type KnownBatch } from './known-batches.ts'

type WorkerAssignment = Extract<Assignment, { kind: 'worker' }>

/** An open batch that this release has the task of, and where it is. */
interface Found {
  readonly batch: OpenBatch
  readonly task: KnownBatch
  readonly ledger: SliceLedger
  readonly place: DatabasePlace
}

const lookAgainMs = 1_000
const leadComesWithinMs = 30_000

/** Works on whatever batches are open, one after another, until it is drained; or on one, until that is over. */
export async function workerAttempt(backends: Backends, assignment: WorkerAssignment): Promise<number> {
  const stop = new AbortController()
  process.on('SIGTERM', () => stop.abort())
  const tasks = await findBatches(assignment.folders)
  const places = await Promise.all(
    assignment.worker.databases.map(async (place) => ({
      place,
      ledger: await openSliceLedger(backends, place),
    })),
  )
  const ledgers = places.map(({ ledger }) => ledger)
  const begunAt = performance.now()
  for (let times = 0; !stop.signal.aborted; ) {
    try {
      const found = await findWork(places, tasks, assignment.worker.batch)
      times = 0
      if (found !== undefined) await workOn(found, assignment, stop.signal)
      else if (await isOver(ledgers, assignment.worker.batch, begunAt)) return 0
      else await Promise.race(ledgers.map((ledger) => ledger.change(lookAgainMs, stop.signal)))
    } catch (error) {
      if (!ledgers.some((ledger) => ledger.isAway(error))) throw error
      if (times === 0) console.error(`waiting: ${reasonOf(error)}`)
      await sleep(backoff(times, whileAway), undefined, { signal: stop.signal }).catch(() => {})
      times += 1
    }
  }
  return 0
}

/** Of a worker that is for one batch: whether that has ended or rests, or nobody plans more of it. */
async function isOver(
  ledgers: readonly SliceLedger[],
  only: string | undefined,
  begunAt: number,
): Promise<boolean> {
  if (only === undefined) return false
  const states = await Promise.all(ledgers.map((ledger) => ledger.state(only)))
  const state = states.find((found) => found !== undefined)
  // its lead may still be on the way to the database
  if (state === undefined) return performance.now() - begunAt > leadComesWithinMs
  if (state !== 'running') return true
  const open = await Promise.all(ledgers.map((ledger) => ledger.openBatches()))
  return !open.flat().some(({ id, isLed }) => id === only && isLed)
}

const passedOver = new Set<string>()

async function findWork(
  places: readonly { readonly place: DatabasePlace; readonly ledger: SliceLedger }[],
  tasks: ReadonlyMap<string, KnownBatch>,
  only: string | undefined,
): Promise<Found | undefined> {
  for (const { place, ledger } of places) {
    for (const batch of await ledger.openBatches()) {
      if (!batch.hasWork || (only !== undefined && batch.id !== only)) continue
      const task = tasks.get(batch.task)
      if (task?.definition === batch.definition) return { batch, task, ledger, place }
      // said once: a newer worker has it, and nothing of it is tried here
      if (!passedOver.has(batch.id)) console.error(`Batch ${batch.id} is left alone: ${whyNot(batch, task)}.`)
      passedOver.add(batch.id)
    }
  }
  return undefined
}

function whyNot({ task: name }: OpenBatch, task: KnownBatch | undefined): string {
  return task === undefined
    ? `this release has no batch "${name}"`
    : `its task "${name}" is of another version than this release's`
}

/** With a process of its own for the batch, until that has no work any more. */
async function workOn(
  { batch, task, ledger, place }: Found,
  assignment: WorkerAssignment,
  stop: AbortSignal,
): Promise<void> {
  const { queue } = assignment.worker
  const crew = new Crew({
    size: 1,
    name: assignment.attempt,
    order: {
      batch: batch.id,
      file: task.file,
      definition: task.definition,
      parameters: batch.parameters,
      database: place,
      folders: assignment.folders,
      mayLeave: true,
      ...(queue === undefined ? {} : { queue }),
    },
    dead: (worker) => ledger.release(batch.id, worker),
    waits: (what) => what !== undefined && console.error(what),
  })
  crew.begin()
  const drain = () => void crew.drain()
  stop.addEventListener('abort', drain)
  try {
    await Promise.race([crew.failed, crew.ended()])
  } finally {
    stop.removeEventListener('abort', drain)
  }
}
