import { strengthOf } from '../../databases/lock-modes.ts'
import type { RowCounts, TableLock } from '../../databases/wire.ts'
import type { Envelope, EnvelopeRows } from '../../runs/rehearsal.ts'
import { plus } from './envelope.ts'

/**
 * What is done to partitions that come and go by themselves is told under their pattern (`public.events_*`): that of today was
 * not there when a migration was rehearsed. Patterns are `schema.table` with `*` for any characters.
 */
export class PassingPartitions {
  readonly #patterns: readonly (readonly [string, RegExp])[]

  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => [pattern, expressionOf(pattern)])
  }

  rows(rows: Iterable<readonly [string, RowCounts]>): ReadonlyMap<string, EnvelopeRows> {
    const sums = new Map<string, EnvelopeRows>()
    for (const [table, counts] of rows) {
      const name = this.#nameOf(table)
      sums.set(name, plus(sums.get(name), counts))
    }
    return sums
  }

  locks(locks: readonly TableLock[]): readonly TableLock[] {
    return locks.map(({ table, mode }) => ({ table: this.#nameOf(table), mode }))
  }

  envelope(envelope: Envelope): Envelope {
    const locks = new Map<string, string>()
    const taken = Object.entries(envelope.locks).map(([table, mode]) => ({ table, mode }))
    for (const { table, mode } of this.locks(taken))
      if (strengthOf(mode) > strengthOf(locks.get(table) ?? '')) locks.set(table, mode)
    return {
      ...envelope,
      rows: Object.fromEntries(this.rows(Object.entries(envelope.rows))),
      locks: Object.fromEntries(locks),
    }
  }

  #nameOf(table: string): string {
    return this.#patterns.find(([, expression]) => expression.test(table))?.[0] ?? table
  }
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
