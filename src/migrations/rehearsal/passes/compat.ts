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
  return { statements, before: await executeAt(untouched, statements), after, lacking: old.lacking }
}

async function executeAt(
  { inspector }: Scene,
  statements: readonly ClientStatement[],
): Promise<readonly ClientOutcome[]> {
  await using clients = await inspector.prepare(statements)
  return await clients.execute()
}
