import { PurserError } from '../../core/errors.ts'
import type { CloneEntry } from '../../databases/clone.ts'
import type { Context } from '../context.ts'
import { openCloners } from './open-cloners.ts'

/** Which clones: one by its name, all, or those that are older than so many milliseconds. */
export type Chosen = { readonly name: string } | { readonly all: true } | { readonly olderThanMs: number }

/** Drops them, in use or not, golden copies too. Returns what was dropped. Throws `CLONE_UNKNOWN`. */
export async function dropClones(
  context: Context,
  environment: string | undefined,
  chosen: Chosen,
): Promise<readonly CloneEntry[]> {
  const { cloners } = await openCloners(context, environment)
  const dropped = new Map<string, CloneEntry>()
  for (const [database, cloner] of cloners) {
    const entries = (await cloner.list()).filter((entry) => entry.database === database)
    for (const entry of entries.filter((one) => isChosen(one, chosen, context.now()))) {
      await cloner.drop(entry.name)
      dropped.set(entry.name, entry)
    }
  }
  if ('name' in chosen && dropped.size === 0) throw unknown(chosen.name, environment)
  return [...dropped.values()]
}

function isChosen({ name, madeAt }: CloneEntry, chosen: Chosen, now: number): boolean {
  if ('name' in chosen) return name === chosen.name
  return 'all' in chosen || now - madeAt.getTime() > chosen.olderThanMs
}

function unknown(name: string, environment: string | undefined): PurserError {
  return new PurserError('CLONE_UNKNOWN', {
    message: `Environment "${environment}" has no clone "${name}".`,
    remedy: `\`purser clone list -e ${environment}\` shows what there is. Only what Purser has made and marked is ever dropped.`,
  })
}
