import { PurserError } from '../../core/errors.ts'
import { list } from '../../core/text.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { foldRun, type Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { allLedgers } from './ledgers.ts'

/** A run, and the ledger that tells of it. */
export interface FoundRun {
  readonly run: Run
  readonly ledger: Ledger
}

/** A run as its ledger tells it now. */
export async function readRun(ledger: Ledger, id: string): Promise<Run> {
  return foldRun(id, await ledger.history(id))
}

/**
 * Finds a run by its id, any unique beginning of it, or `last`: the newest, or its batch where that is one of a batch's
 * own workers, which nobody typed. Throws `RUN_UNKNOWN`, `RUN_AMBIGUOUS`.
 */
export async function findRun(context: Context, typed: string): Promise<FoundRun> {
  // any run begins with nothing: a script's empty variable must not cancel the only one
  if (typed.trim() === '') throw unknown(typed)
  const found: FoundRun[] = []
  for (const ledger of await allLedgers(context)) {
    const query = typed === 'last' ? { limit: 1 } : { prefix: typed, limit: 5 }
    for (const id of await ledger.find(query)) found.push({ run: await readRun(ledger, id), ledger })
  }
  found.sort((a, b) => b.run.requestedAt - a.run.requestedAt)
  const exact = found.find(({ run }) => run.id === typed)
  if (exact !== undefined) return exact
  const [only, ...others] = found
  if (typed === 'last' && only !== undefined) return batchOf(context, only)
  if (only === undefined) throw unknown(typed)
  if (others.length === 0) return only
  throw new PurserError('RUN_AMBIGUOUS', {
    message: `Several runs begin with "${typed}": ${list(found.map(({ run }) => run.id))}.`,
    remedy: 'Type more of the id.',
  })
}

function unknown(typed: string): PurserError {
  return new PurserError('RUN_UNKNOWN', {
    message: `There is no run "${typed}".`,
    remedy: '`purser runs` lists them; any unique beginning of an id will do, and `last` is the newest.',
  })
}

// A batch may have begun before hundreds of its workers: it is looked for among so many of the newest first.
const newest = 100

/** The newest run that leads the batch that a worker works on (a replay is one of its own); every other run is its own. */
export async function batchOf(context: Context, found: FoundRun): Promise<FoundRun> {
  const { kind, batch } = found.run.request
  if (kind !== 'worker' || batch?.id === undefined) return found
  for (const id of await found.ledger.find({ limit: newest })) {
    const run = await readRun(found.ledger, id)
    const leads = run.request.kind !== 'worker' && (id === batch.id || run.request.batch?.id === batch.id)
    if (leads) return { run, ledger: found.ledger }
  }
  return findRun(context, batch.id)
}
