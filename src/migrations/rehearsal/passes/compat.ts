import type { ClientOutcome, ClientStatement, Clients } from '../../../databases/inspector.ts'
import type { CompatEvidence } from '../evidence.ts'
import type { Scene } from '../stage.ts'

/**
 * How statements go without the migration, and how they go now: in `old` sessions, which are older than it, and in new ones.
 * An old session's plan may stand on what a new one does not find any more (a renamed label), and the other way round.
 */
export async function compat(
  old: Clients,
  statements: readonly ClientStatement[],
  played: Scene,
  untouched: Scene,
): Promise<CompatEvidence> {
  const [inOld, inNew] = [await old.execute(), await executeAt(played, statements)]
  const after = inOld.map((outcome, place) => ('sqlState' in outcome ? outcome : (inNew[place] ?? outcome)))
  const before = await executeAt(untouched, statements)
  const told = await steadily(after, { statements, before, played, untouched })
  return { statements, before, after: told, lacking: old.lacking }
}

interface Compared {
  readonly statements: readonly ClientStatement[]
  readonly before: readonly ClientOutcome[]
  readonly played: Scene
  readonly untouched: Scene
}

/**
 * How they go now. What differs by no more than it does each time it is asked (since time passes, or by chance) is told as it
 * went before; what differs is asked again for that, in the same order.
 */
async function steadily(
  after: readonly ClientOutcome[],
  { statements, before, played, untouched }: Compared,
): Promise<readonly ClientOutcome[]> {
  const places = statements.map((_, place) => place).filter((place) => differ(before[place], after[place]))
  if (places.length === 0) return after
  const those = statements.filter((_, place) => places.includes(place))
  const [now, then] = [await executeAt(played, those), await executeAt(untouched, those)]
  const told = [...after]
  for (const [index, place] of places.entries()) {
    const was = before[place]
    if (was !== undefined && isUnsteady([was, then[index]], [after[place], now[index]])) told[place] = was
  }
  return told
}

type Outcome = ClientOutcome | undefined

function rowsOf(outcome: Outcome): number {
  return outcome === undefined || 'sqlState' in outcome ? Number.NaN : outcome.rows
}

/** Whether both returned rows, and not as many. */
function differ(before: Outcome, after: Outcome): boolean {
  return Math.abs(rowsOf(before) - rowsOf(after)) > 0
}

/** Whether the numbers of rows of two times are no farther from each other than those of one are among themselves. */
function isUnsteady(before: readonly [Outcome, Outcome], after: readonly [Outcome, Outcome]): boolean {
  const [was, is] = [before.map(rowsOf), after.map(rowsOf)]
  const apart = Math.max(Math.min(...is) - Math.max(...was), Math.min(...was) - Math.max(...is))
  return apart <= Math.max(spreadOf(was), spreadOf(is))
}

function spreadOf(numbers: readonly number[]): number {
  return Math.max(...numbers) - Math.min(...numbers)
}

async function executeAt(
  { inspector }: Scene,
  statements: readonly ClientStatement[],
): Promise<readonly ClientOutcome[]> {
  await using clients = await inspector.prepare(statements)
  return await clients.execute()
}
