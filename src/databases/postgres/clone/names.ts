import { newRunId } from '../../../core/ids.ts'

/** What a clone is of: a database of an environment, both by their names in the configuration. */
export interface Owner {
  readonly environment: string
  readonly database: string
}

// PostgreSQL cuts names at 63 bytes
const longestPart = 16

/** `purser_clone_production_k3m9q2x7vd`. */
export function newCloneName({ environment }: Pick<Owner, 'environment'>): string {
  return `purser_clone_${environment.slice(0, longestPart)}_${newRunId().replace('-', '')}`
}

/** `purser_golden_production_main_1f0c9d2ab4e7`: the digest says what it was made from. */
export function goldenName({ environment, database }: Owner, digest: string): string {
  const owner = [environment, database].map((part) => part.slice(0, longestPart)).join('_')
  return `purser_golden_${owner}_${digest.slice(0, 10)}${newRunId().slice(0, 3)}`
}

/** Whether a database's name has the form of ours in this environment. That alone proves nothing. */
export function hasOurForm(name: string, { environment }: Pick<Owner, 'environment'>): boolean {
  const part = environment.slice(0, longestPart)
  return ['clone', 'golden'].some(
    (kind) =>
      name.startsWith(`purser_${kind}_${part}_`) && /^[0-9a-z]{10,13}$/.test(name.split('_').at(-1) ?? ''),
  )
}

/** A name as SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL, whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? ` E${quoted}` : quoted
}
