import type { Receiver } from './expected.ts'
import type { Kind } from './statements/kind.ts'

export interface Prepared {
  readonly kind: Kind
  readonly words: readonly string[]
  /** Byte by byte. */
  readonly sql: string
}

/** One that the client prepared in another way: none of those ends a transaction. */
export const unknown: Prepared = {
  kind: 'other',
  words: ['EXECUTE'],
  sql: 'execute a statement prepared elsewhere',
}

/** The client's prepared statements, as the server has them: one that it refused, or never read, replaces nothing. */
export class PreparedStatements {
  readonly #known = new Map<string, Prepared>()
  readonly #asked = new Map<string, Prepared>()

  /** What the server is asked to prepare. Its answer goes on to `next`, or to the client. */
  asked(name: string, prepared: Prepared, next: Receiver | undefined): Receiver {
    this.#asked.set(name, prepared)
    return {
      readsRows: false,
      take: (type, bytes, isLast) => {
        if (type === '1') this.#known.set(name, prepared)
        return next === undefined || next.take(type, bytes, isLast)
      },
    }
  }

  /** Everything that was asked is answered. */
  settled(): void {
    this.#asked.clear()
  }

  /** Whether it matters if the server has answered. */
  isUncertain(name: string): boolean {
    const asked = this.#asked.get(name)
    return asked !== undefined && asked.kind !== this.get(name).kind
  }

  /** As the server will have it, unless it refuses what it is asked. */
  coming(name: string): Prepared {
    return this.#asked.get(name) ?? this.get(name)
  }

  /** As far as the server has answered. */
  get(name: string): Prepared {
    return this.#known.get(name) ?? unknown
  }
}
