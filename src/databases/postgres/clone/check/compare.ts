import type { FaithfulnessCheck } from '../../../clone.ts'
import { differencesOf } from '../../fingerprint/fingerprint.ts'
import type { Origin } from '../copy/origin.ts'
import { extensionsThatDiffer } from './extensions.ts'
import type { CloneFacts } from './facts.ts'
import { type Role, rolesThatDiffer } from './roles.ts'
import { type Settings, settingsThatDiffer } from './settings.ts'

/** What a clone is, as far as it could be seen; what could not be seen is a sentence. */
export interface Seen {
  readonly facts: CloneFacts
  /** As whoever uses the clone has them. */
  readonly settings: Settings
  readonly roles: ReadonlyMap<string, Role>
  /** The role that statements in the clone are made as. */
  readonly user: string
  readonly origin: Pick<Origin, 'rows'>
}

/** Compares a clone with its original, property by property. A look that throws leaves its checks unseen. */
export async function compare(
  original: CloneFacts,
  look: { readonly [Part in keyof Seen]: () => Promise<Seen[Part]> },
): Promise<readonly FaithfulnessCheck[]> {
  const facts = await attempt(look.facts)
  const settings = await attempt(look.settings)
  const roles = await attempt(look.roles)
  const user = await attempt(look.user)
  const origin = await attempt(look.origin)
  return [
    check('server', facts, (seen) => versions(original, seen)),
    check('encoding', facts, (seen) => encodings(original, seen)),
    check('extensions', facts, (seen) => extensionsThatDiffer(original.extensions, seen.extensions)),
    check('settings', settings, (seen) => settingsThatDiffer(original.settings, seen)),
    check('roles', roles, (seen) => rolesThatDiffer(original.roles, seen)),
    check('user', user, (seen) =>
      seen === original.role ? [] : [`it is used as ${seen}, production as ${original.role}`],
    ),
    check('rights', facts, (seen) => [
      ...owners(original, seen),
      ...differencesOf(original.fingerprint.rights, seen.fingerprint.rights),
    ]),
    check('schema', facts, (seen) => differencesOf(original.fingerprint.objects, seen.fingerprint.objects)),
    check('rows', origin, ({ rows }) => rowsThatDiffer(rows)),
  ]
}

/** Differences of the server that are none of the database's own, in sentences. */
export function serverNotes(original: CloneFacts, seen: CloneFacts): readonly string[] {
  return settingsThatDiffer(original.serverSettings, seen.serverSettings).map(
    (difference) => `The clone server's ${difference}.`,
  )
}

type Attempted<T> = { readonly value: T } | { readonly unseen: string }

async function attempt<T>(look: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { value: await look() }
  } catch (error) {
    return { unseen: error instanceof Error ? error.message : String(error) }
  }
}

function check<T>(
  name: string,
  looked: Attempted<T>,
  differences: (seen: T) => readonly string[],
): FaithfulnessCheck {
  if ('unseen' in looked)
    return { check: name, result: 'unseen', details: [`it could not be seen: ${looked.unseen}`] }
  const details = differences(looked.value)
  return { check: name, result: details.length === 0 ? 'same' : 'differs', details }
}

function versions(original: CloneFacts, seen: CloneFacts): readonly string[] {
  const [there, here] = [original, seen].map(({ version }) => Math.floor(version / 10_000))
  return there === here ? [] : [`the clone server is PostgreSQL ${here}, production ${there}`]
}

function encodings(original: CloneFacts, seen: CloneFacts): readonly string[] {
  const [there, here] = [original, seen].map(({ locale }) => Object.entries(locale))
  return (there ?? []).flatMap(([name, value], index) => {
    const other = here?.[index]?.[1]
    return other === value ? [] : [`${name} is ${other}, in production ${value}`]
  })
}

function owners(original: CloneFacts, seen: CloneFacts): readonly string[] {
  const [there, here] = [original.rights.owner, seen.rights.owner]
  return there === here ? [] : [`the database belongs to ${here}, in production to ${there}`]
}

function rowsThatDiffer(rows: Origin['rows']): readonly string[] {
  return rows
    .filter(({ dumped, here }) => dumped !== here)
    .map(({ table, dumped, here }) => `${table} has ${Math.max(0, here)} rows, the dump ${dumped}`)
}
