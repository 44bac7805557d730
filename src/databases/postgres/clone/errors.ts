import { Bug, exitCodes, PurserError, reasonOf } from '../../../core/errors.ts'
import { suggest } from '../../../core/text.ts'
import type { CloneEntry, FaithfulnessCheck } from '../../clone.ts'
import { describeIdentity, type PostgresIdentity } from '../identity/identity.ts'

export function serverIsProduction(identity: PostgresIdentity): PurserError {
  return new PurserError('CLONE_SERVER_IS_PRODUCTION', {
    message: `The clone server is the server that production runs on: ${describeIdentity(identity)}.`,
    remedy:
      'Name another server for clones. If production may share its disk and its processors with them, say `allowProductionServer: true`.',
    exitCode: exitCodes.refused,
  })
}

export function cloneUnknown(name: string, known: readonly CloneEntry[]): PurserError {
  const names = known.map((entry) => entry.name)
  return new PurserError('CLONE_UNKNOWN', {
    message: `There is no clone "${name}". ${suggest(name, names, 'clones')}`,
    remedy: '`purser clone list` shows what there is. Only what Purser has made and marked is ever dropped.',
  })
}

export function unfaithful(name: string, checks: readonly FaithfulnessCheck[]): PurserError {
  const wrong = checks.filter(({ result }) => result !== 'same')
  const details = wrong.flatMap(({ check, details }) => details.map((detail) => `${check}: ${detail}`))
  const shown = details.slice(0, mostShown)
  const rest = details.length - shown.length
  return new PurserError('CLONE_UNFAITHFUL', {
    message: `The clone ${name} is not what production is: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`,
    remedy: 'Make the clone server as production is. The clone is gone again.',
    exitCode: exitCodes.notRehearsed,
  })
}

const mostShown = 10

/** Makes an error of ours of whatever a server said to one of our statements. Rethrows an abort's reason. */
export async function explained<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof PurserError ? error : cloningFailed(error)
  }
}

// Our own statements quote no rows.
function cloningFailed(cause: unknown): PurserError {
  return new PurserError('CLONE_COPY_FAILED', {
    message: `Cloning failed: ${reasonOf(cause)}.`,
    remedy: 'Nothing was changed in production, and what had been made of the clone is gone. Try it again.',
    exitCode: exitCodes.notRehearsed,
    cause,
  })
}

export function productionMissing(): Bug {
  return new Bug('A cloner without production was asked for a clone.')
}
