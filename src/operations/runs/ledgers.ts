import type { EnvironmentConfiguration } from '../../config/configuration.ts'
import { PurserError } from '../../core/errors.ts'
import type { Ledger, LedgerWiring } from '../../ledger/ledger.ts'
import type { Context } from '../context.ts'
import { environmentMissing, resolveEnvironment } from '../releases/resolve-target.ts'

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

/** The ledger that is meant: the named environment's, or the only one there is. Throws `ENVIRONMENT_MISSING`. */
export async function pickLedger(context: Context, environment: string | undefined): Promise<Ledger> {
  if (environment !== undefined) return openLedger(context, resolveEnvironment(context, environment).settings)
  const [only, ...others] = await allLedgers(context)
  if (only !== undefined && others.length === 0) return only
  throw environmentMissing(context)
}
