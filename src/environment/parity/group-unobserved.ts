import type { ParityReport, Unobserved } from './report.ts'

/** Facts that one side could not see for one reason, such as all that a database would have told. */
export interface UnobservedGroup {
  readonly side: Unobserved['side']
  readonly why: string
  readonly facts: readonly string[]
  readonly kinds: readonly string[]
}

/** In the order of the first of each group. */
export function groupUnobserved(unobserved: ParityReport['unobserved']): readonly UnobservedGroup[] {
  return [...Map.groupBy(unobserved, ({ side, why }) => JSON.stringify([side, why])).values()].flatMap(
    (group) => {
      const [first] = group
      if (first === undefined) return []
      const kinds = [...new Set(group.map(({ kind }) => kind))]
      return [{ side: first.side, why: first.why, facts: group.map(({ fact }) => fact), kinds }]
    },
  )
}

/** `search-path:main, in the app: …`, or `database-endpoint:main and 7 more, in the app: …` */
export function describeGroup({ facts: [first = '', ...others], side, why }: UnobservedGroup): string {
  const all = others.length === 0 ? first : `${first} and ${others.length} more`
  return `${all}, in the ${side}: ${why}`
}
