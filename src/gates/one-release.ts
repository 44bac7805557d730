import type { Refusal } from '../core/errors.ts'
import type { Skew } from '../environment/release.ts'
import type { Gate } from './gate.ts'

const codes = { 'mixed-releases': 'RELEASES_MIXED', 'deploy-in-progress': 'DEPLOY_IN_PROGRESS' } as const

/** Refuses a run while more than one release serves, or one is being replaced, unless that was declared with a reason. */
export function oneReleaseGate(declared: ReadonlyMap<string, string>): Gate {
  return {
    name: 'one release',
    check: async (_request, { skews }) => skewRefusals(skews, declared)[0] ?? 'pass',
  }
}

/** A refusal for each that was not declared. */
export function skewRefusals(
  skews: readonly Skew[],
  declared: ReadonlyMap<string, string>,
): readonly Refusal[] {
  return skews.filter(({ kind }) => !declared.has(kind)).map(refuse)
}

function refuse({ kind, message, remedy }: Skew): Refusal {
  const meant = `Where it is meant, say why: \`--differs ${kind}="…"\`; the run then takes the release that most serve.`
  return { code: codes[kind], message, remedy: `${remedy} ${meant}` }
}
