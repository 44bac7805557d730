import { isHead } from '../facts/lookup.ts'
import type { Facts } from '../release.ts'
import { isSame, lookUp } from './look.ts'
import { describeDifference } from './words.ts'

/** A fact of the app and of its twin, for people; values that may be secret are told by words. */
export interface ListedFact {
  readonly fact: string
  readonly app: string
  readonly twin: string
  /** Where it was seen: a file, `docker inspect`, node … */
  readonly source: string
}

/** All facts of both, whether they are compared or only kept, in the order in which they were told. */
export function listFacts(app: Facts, twin: Facts): readonly ListedFact[] {
  const ids = [...new Set([...app.keys(), ...twin.keys()])].filter((id) => !isHead(id))
  return ids.map((id) => {
    const [here, there] = [lookUp(app, id), lookUp(twin, id)]
    const words = describeDifference(id, here, there)
    return {
      ...words,
      // of what is not shown it is told at least that it is the same
      twin: isSame(here, there) ? words.app : words.twin,
      source: sourcesOf(sourceOf(app, id), sourceOf(twin, id)),
    }
  })
}

/** `node`, or `node; in the run: node, asked in the app` where they were not seen in the same way. */
function sourcesOf(app: string | undefined, twin: string | undefined): string {
  if (app === undefined || twin === undefined || app === twin) return app ?? twin ?? 'nowhere'
  return `${app}; in the run: ${twin}`
}

function sourceOf(facts: Facts, id: string): string | undefined {
  const fact = facts.get(id)
  return fact !== undefined && 'value' in fact ? fact.source : undefined
}
