import type { ClientOutcome, ClientStatement, Clients } from '../../../databases/inspector.ts'
import type { CompatEvidence } from '../evidence.ts'
import type { Scene } from '../stage.ts'

/** How the statements of `old` sessions, which are older than the migration, go now; and how they go without it. */
export async function compat(
  old: Clients,
  statements: readonly ClientStatement[],
  untouched: Scene,
): Promise<CompatEvidence> {
  const after = await old.execute()
  return { statements, before: await executeAt(untouched, statements), after, lacking: old.lacking }
}

async function executeAt(
  { inspector }: Scene,
  statements: readonly ClientStatement[],
): Promise<readonly ClientOutcome[]> {
  await using clients = await inspector.prepare(statements)
  return await clients.execute()
}
