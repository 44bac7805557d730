import type { EnvironmentConfiguration } from '../config/configuration.ts'
import { PurserError } from '../core/errors.ts'
import { list } from '../core/text.ts'
import type { Ledger, LedgerWiring } from '../ledger/ledger.ts'
import { foldRun, type Run } from '../runs/run.ts'
import type { Context } from './context.ts'

/** A run, and the ledger that tells of it. */
export interface FoundRun {
  readonly run: Run
  readonly ledger: Ledger
}

const opened = new WeakMap<Context, Map<string, Promise<Ledger>>>()

/** Opens an environment's ledger, once however many environments share it. */
export function openLedger(
  context: Context,
  { ledger = context.defaultLedger }: EnvironmentConfiguration,
): Promise<Ledger> {
  const ledgers = opened.get(context) ?? new Map<string, Promise<Ledger>>()
  opened.set(context, ledgers)
  const existing = ledgers.get(ledger.describe)
  if (existing !== undefined) return existing
  const opening = openWiring(context, ledger)
  ledgers.set(ledger.describe, opening)
  return opening
}

async function openWiring({ config, readingWillDo, warn }: Context, wiring: LedgerWiring): Promise<Ledger> {
  try {
    return await wiring.open(config)
  } catch (error) {
    if (!readingWillDo || !(error instanceof PurserError) || error.code !== 'LEDGER_UNWRITABLE') throw error
    const ledger = await wiring.openToRead(config).catch(() => {
      throw error
    })
    warn(`${error.message} It is only read. ${error.remedy}`)
    return ledger
  }
}

/** Every ledger of the configuration, each once. */
export async function allLedgers(context: Context): Promise<readonly Ledger[]> {
  const environments = Object.values(context.config.configuration.environments)
  const ledgers = await Promise.all(environments.map((settings) => openLedger(context, settings)))
  // one file may be named in two ways
  return [...new Map(ledgers.map((ledger) => [ledger.location, ledger])).values()]
}

export async function readRun(ledger: Ledger, id: string): Promise<Run> {
  return foldRun(id, await ledger.history(id))
}

/** Finds a run by its id, any unique beginning of it, or `last`. Throws `RUN_UNKNOWN`, `RUN_AMBIGUOUS`. */
export async function findRun(context: Context, typed: string): Promise<FoundRun> {
  const found: FoundRun[] = []
  for (const ledger of await allLedgers(context)) {
    const query = typed === 'last' ? { limit: 1 } : { prefix: typed, limit: 5 }
    for (const id of await ledger.find(query)) found.push({ run: await readRun(ledger, id), ledger })
  }
  found.sort((a, b) => b.run.requestedAt - a.run.requestedAt)
  const exact = found.find(({ run }) => run.id === typed) ?? (typed === 'last' ? found[0] : undefined)
  if (exact !== undefined) return exact
  const [only, ...others] = found
  if (only === undefined) {
    throw new PurserError('RUN_UNKNOWN', {
      message: `There is no run "${typed}".`,
      remedy: '`purser runs` lists them; any unique beginning of an id will do, and `last` is the newest.',
    })
  }
  if (others.length === 0) return only
  throw new PurserError('RUN_AMBIGUOUS', {
    message: `Several runs begin with "${typed}": ${list(found.map(({ run }) => run.id))}.`,
    remedy: 'Type more of the id.',
  })
}
