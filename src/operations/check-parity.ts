import { PurserError, type Refusal } from '../core/errors.ts'
import type { ListedFact } from '../environment/parity/list-facts.ts'
import type { ParityReport } from '../environment/parity/report.ts'
import type { Release } from '../environment/release.ts'
import { skewRefusals } from '../gates/one-release.ts'
import { parityRefusals } from '../gates/parity.ts'
import type { Context } from './context.ts'
import { comparison } from './parity/compare-with-app.ts'
import { declaredDifferences } from './parity/declared.ts'
import { resolveTarget } from './releases/resolve-target.ts'

/** Which app is compared with its twin. */
export interface ParityWish {
  readonly environment: string | undefined
  readonly service: string | undefined
  readonly candidate: string | undefined
  readonly differs: Readonly<Record<string, string>>
}

export interface ParityChecked {
  readonly environment: string
  readonly service: string
  readonly release: Release
  readonly report: ParityReport
  /** All that was seen of both. */
  readonly facts: readonly ListedFact[]
  /** Why a run would be refused; empty when none would. */
  readonly refusals: readonly Refusal[]
}

/** Starts a twin that does no work, and compares it with the app. Nothing is run. Throws `PLATFORM_UNSUPPORTED`. */
export async function checkParity(context: Context, wish: ParityWish): Promise<ParityChecked> {
  const target = await resolveTarget(context, wish.environment, wish.service)
  const { executor, settings, environment, service } = target
  if (!executor.observes) throw unobservable(service)
  const declared = declaredDifferences(settings, wish.differs)
  const { candidate } = wish
  const release = await executor.release(context.signal, candidate === undefined ? {} : { candidate })
  const { compare } = comparison(context, target, release, declared)
  await using twin = await executor.twin(release, context.signal)
  const { report, facts } = await compare(twin)
  const refusals = [
    ...skewRefusals(release.skews, declared),
    ...parityRefusals(report, settings.parity?.unobserved),
  ]
  return { environment, service, release, report, facts, refusals }
}

function unobservable(service: string): PurserError {
  return new PurserError('PLATFORM_UNSUPPORTED', {
    message: `Parity of service "${service}" can't be shown: its executor does not observe what it starts.`,
    remedy: 'Apps in containers can be compared: `docker({ … })`.',
  })
}
