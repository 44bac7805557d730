import type { Statement } from '../../../databases/wire.ts'
import type { TraceEvidence } from '../evidence.ts'

type Place = Pick<Statement, 'session' | 'transaction'>

/** Names a transaction of a session. */
export function transactionOf({ session, transaction }: Place): string {
  return `${session} ${transaction}`
}

/** The transactions that were rolled back. */
export function rolledBack({ transactions }: TraceEvidence): ReadonlySet<string> {
  return new Set(transactions.filter(({ end }) => end === 'rolled back').map(transactionOf))
}
