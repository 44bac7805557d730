import type { CloneEntry } from '../../databases/clone.ts'
import type { Context } from '../context.ts'
import { openCloners } from './open-cloners.ts'

/**
 * All clones and golden copies of an environment, the oldest first, after sweeping what crashes left. Throws
 * `CLONE_NOT_CONFIGURED`, `DATABASE_UNREACHABLE`.
 */
export async function listClones(
  context: Context,
  environment: string | undefined,
): Promise<readonly CloneEntry[]> {
  const { cloners } = await openCloners(context, environment)
  const entries = new Map<string, CloneEntry>()
  for (const cloner of cloners.values()) {
    // two databases may have their clones on one server
    for (const entry of await cloner.list()) entries.set(entry.name, entry)
  }
  return [...entries.values()].sort((a, b) => a.madeAt.getTime() - b.madeAt.getTime())
}
