import { joined } from '../../databases/table-work.ts'
import type { Statement } from '../../databases/wire.ts'

/** Whether two statements differ in nothing but how much they did: an INSERT for each row, in one transaction. */
export function isAlike(one: Statement, other: Statement): boolean {
  return (
    one.text === other.text &&
    one.session === other.session &&
    one.transaction === other.transaction &&
    one.tag === other.tag &&
    one.lockTimeoutMs === other.lockTimeoutMs &&
    isPlain(one) &&
    isPlain(other) &&
    other.locks.length === 0
  )
}

function isPlain({ failure, notices, isAlone }: Statement): boolean {
  return failure === undefined && notices.length === 0 && !isAlone
}

/** Both as one, which did what they did together and took as long. */
export function together(one: Statement, other: Statement): Statement {
  return { ...one, ms: one.ms + other.ms, tables: joined(one.tables, other.tables) }
}
