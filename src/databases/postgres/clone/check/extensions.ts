import type { Client } from 'pg'
import { exitCodes, PurserError } from '../../../../core/errors.ts'
import type { Extension } from './facts.ts'

/** Whether the clone server has every extension in its very version. Throws `CLONE_UNFAITHFUL`, before anything is made. */
export async function checkExtensions(server: Client, wanted: ReadonlyMap<string, Extension>): Promise<void> {
  const { rows } = await server.query<{ extension: string }>(
    `select name || ' ' || version as extension from pg_available_extension_versions where name = any ($1)`,
    [[...wanted.keys()]],
  )
  const there = new Set(rows.map(({ extension }) => extension))
  const missing = [...wanted]
    .map(([name, { version }]) => `${name} ${version}`)
    .filter((extension) => !there.has(extension))
  if (missing.length === 0) return
  throw new PurserError('CLONE_UNFAITHFUL', {
    message: `The clone server can't be as production is: it does not have ${missing.join(', ')}.`,
    remedy: 'Install these extensions on the clone server, in these versions.',
    exitCode: exitCodes.notRehearsed,
  })
}

/** What differs, in words. */
export function extensionsThatDiffer(
  wanted: ReadonlyMap<string, Extension>,
  found: ReadonlyMap<string, Extension>,
): readonly string[] {
  const names = [...new Set([...wanted.keys(), ...found.keys()])].sort()
  return names.flatMap((name) => {
    const [there, here] = [wanted.get(name), found.get(name)]
    if (there?.version === here?.version) return []
    return `extension ${name} is ${here?.version ?? 'missing'}, in production ${there?.version ?? 'missing'}`
  })
}
