import { strengthOf } from '../../../databases/lock-modes.ts'
import type { Statement } from '../../../databases/wire.ts'
import type { KnownTable } from './tables.ts'

/** Tells which table of before a statement means by a name. */
export type Resolve = (name: string, place: number) => KnownTable | undefined

/**
 * Statements call tables as these were called at that moment. A renamed table has its new name from the first statement that
 * mentions it, unless another table was still called so; its old name may be another's from then on.
 */
export function resolver(known: ReadonlyMap<string, KnownTable>, statements: readonly Statement[]): Resolve {
  const renamed = [...known.values()].filter(
    ({ name, nameAfter }) => nameAfter !== undefined && nameAfter !== name,
  )
  if (renamed.length === 0) return (name) => known.get(name)
  const moments = new Map<KnownTable, number>()
  const seen = mentions(statements)
  for (const table of renamed) momentOf(table, known, seen, moments)
  const byNewName = new Map(renamed.map((table) => [table.nameAfter, table]))
  return (name, place) => {
    const old = known.get(name)
    if (old !== undefined && place < (moments.get(old) ?? Number.POSITIVE_INFINITY)) return old
    const now = byNewName.get(name)
    return now !== undefined && place >= (moments.get(now) ?? 0) ? now : undefined
  }
}

interface Mention {
  readonly place: number
  readonly isExclusive: boolean
}

type Mentions = ReadonlyMap<string, readonly Mention[]>

function mentions(statements: readonly Statement[]): Mentions {
  const found = new Map<string, Mention[]>()
  statements.forEach(({ locks, held, tables }, place) => {
    const exclusive = new Set(
      locks.filter(({ mode }) => strengthOf(mode) === 8).map(({ relation }) => relation),
    )
    const names = new Set([...locks, ...held].map(({ relation }) => relation))
    for (const name of new Set([...names, ...tables.keys()])) {
      const earlier = found.get(name) ?? []
      earlier.push({ place, isExclusive: exclusive.has(name) })
      found.set(name, earlier)
    }
  })
  return found
}

/** The first statement after which a renamed table has its new name. */
function momentOf(
  table: KnownTable,
  known: ReadonlyMap<string, KnownTable>,
  seen: Mentions,
  moments: Map<KnownTable, number>,
): number {
  const decided = moments.get(table)
  if (decided !== undefined) return decided
  moments.set(table, 0) // names that are passed round in a circle
  const free = freeFrom(known.get(table.nameAfter ?? ''), known, seen, moments)
  const first = seen.get(table.nameAfter ?? '')?.find(({ place }) => place >= free)
  const moment = first?.place ?? 0
  moments.set(table, moment)
  return moment
}

/** From which statement on a name is free that another table had. */
function freeFrom(
  owner: KnownTable | undefined,
  known: ReadonlyMap<string, KnownTable>,
  seen: Mentions,
  moments: Map<KnownTable, number>,
): number {
  if (owner === undefined) return 0
  if (owner.nameAfter !== undefined) return momentOf(owner, known, seen, moments)
  const dropped = seen.get(owner.name)?.find(({ isExclusive }) => isExclusive)
  const free = (dropped?.place ?? -1) + 1
  moments.set(owner, free)
  return free
}
