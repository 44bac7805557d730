import type { Refusal } from '../../core/errors.ts'
import type { Effects, Statement, Tap } from '../../databases/wire.ts'
import { isAlike, together } from './alike.ts'
import type { TransactionRecord } from './evidence.ts'

/** From so many statements on, those of a transaction that are alike are told as one: a million would need too much room. */
const many = 5_000
/** A loop may send a few statements in turn. */
const inTurn = 8

/** Writes down all that goes through a wire, and lets it pass. */
export class Recorder implements Tap {
  readonly statements: Statement[] = []
  readonly transactions: TransactionRecord[] = []

  async beforeCommit(_session: string, _effects: Effects): Promise<Refusal | undefined> {
    return undefined
  }

  afterStatement(statement: Statement): void {
    const place = this.statements.length < many ? -1 : this.#placeOfLike(statement)
    const like = this.statements[place]
    if (like === undefined) this.statements.push(statement)
    else this.statements[place] = together(like, statement)
  }

  afterTransaction(session: string, transaction: number, end: TransactionRecord['end']): void {
    this.transactions.push({ session, transaction, end })
  }

  #placeOfLike(statement: Statement): number {
    for (let place = this.statements.length - 1; place >= this.statements.length - inTurn; place -= 1) {
      const other = this.statements[place]
      if (other !== undefined && isAlike(other, statement)) return place
    }
    return -1
  }
}
