import type { EnvironmentConfiguration } from '../../config/configuration.ts'
import { PurserError } from '../../core/errors.ts'
import { suggest } from '../../core/text.ts'
import { kinds } from '../../environment/facts/index.ts'

/**
 * What may differ, and why: of the environment, of the task, and of this run, the latter winning. Throws `USAGE` for what
 * is no kind of fact, or has no reason.
 */
export function declaredDifferences(
  { parity }: EnvironmentConfiguration,
  ...more: readonly (Readonly<Record<string, string>> | undefined)[]
): ReadonlyMap<string, string> {
  const all = [parity?.differs, ...more].flatMap((differs) => Object.entries(differs ?? {}))
  for (const [fact, reason] of all) checkDeclaration(fact, reason)
  return new Map(all)
}

function checkDeclaration(fact: string, reason: string): void {
  const known = kinds.map(({ id }) => id)
  const kind = fact.split(':')[0] ?? ''
  if (!known.includes(kind) && kind !== 'variables') {
    throw new PurserError('USAGE', {
      message: `"${fact}" is no kind of fact that could differ. ${suggest(kind, known, 'kinds')}`,
      remedy: '`purser parity --kinds` lists them all.',
    })
  }
  if (reason.trim() === '') {
    throw new PurserError('USAGE', {
      message: `"${fact}" may differ only for a reason, and none was given.`,
      remedy: `Say why, for the record: \`--differs ${fact}="loads the whole index"\`.`,
    })
  }
}
