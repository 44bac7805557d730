import { createHash } from 'node:crypto'
import type { QueryConfig } from 'pg'
import type { SliceClaim } from '../../../runs/slice.ts'
import type { Sql } from '../../../tasks/sql.ts'

/** A value that every slice has another of: Purser's own of it, or data, as the bounds are. */
export class PerSlice {
  readonly kind: 'own' | 'data'
  readonly of: (claim: SliceClaim) => unknown

  constructor(kind: PerSlice['kind'], of: (claim: SliceClaim) => unknown) {
    this.kind = kind
    this.of = of
  }
}

/** A statement that is prepared once and bound for every slice. */
export interface Rendered {
  readonly text: string
  /** What stands in the places of `$1` and so on, some of it to be had of each slice. */
  readonly values: readonly unknown[]
  bind(claim: SliceClaim): QueryConfig
}

/** SQL as PostgreSQL takes it, with `$1` and so on in its values' places. */
export function render({ strings, values }: Sql): Rendered {
  const text = strings.reduce((before, piece, at) => `${before}$${at}${piece}`)
  const name = `purser_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
  return {
    text,
    values,
    bind: (claim) => ({ name, text, values: valuesFor(values, claim) }),
  }
}

/** Values as a slice has them. */
export function valuesFor(values: readonly unknown[], claim: SliceClaim): unknown[] {
  return values.map((value) => (value instanceof PerSlice ? value.of(claim) : value))
}

/** A statement that is sent once. */
export function renderOnce(piece: Sql): QueryConfig {
  const { strings, values } = piece
  return { text: strings.reduce((before, text, at) => `${before}$${at}${text}`), values: [...values] }
}

/** A name as PostgreSQL quotes it; the parts of `schema.table` each for itself. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** `public.places` as `"public"."places"`; what is quoted already stays as it was typed. */
export function quoteTable(name: string): string {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [name]
  return parts.map((part) => (part.startsWith('"') && part.endsWith('"') ? part : quoteName(part))).join('.')
}
