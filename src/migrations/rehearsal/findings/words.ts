import { count } from '../../../core/text.ts'
import type { Step } from '../seen/scene.ts'
import type { KnownTable } from '../seen/tables.ts'

/** `Statement 3 (ALTER TABLE)`: by what the server called it, never by its text. */
export function nameOf({ place, statement }: Pick<Step, 'place' | 'statement'>): string {
  return statement.tag === undefined ? `Statement ${place + 1}` : `Statement ${place + 1} (${statement.tag})`
}

/** `public.users (20,000 rows)`. */
export function sized({ name, rows }: Pick<KnownTable, 'name' | 'rows'>): string {
  return `${name} (${count(rows, 'row')})`
}

/** `a, b and 3 more`. */
export function some(names: readonly string[], shown = 3): string {
  const more = names.length - shown
  if (more > 0) return `${names.slice(0, shown).join(', ')} and ${more.toLocaleString('en')} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
