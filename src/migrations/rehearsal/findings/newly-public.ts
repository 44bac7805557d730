import type { SchemaObject } from '../../../databases/inspector.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../seen/scene.ts'
import { some } from './words.ts'

/** Rights that everybody has now who may connect. A new function is everybody's by itself, so that new things are only noted. */
export function newlyPublic({ difference }: Scene): readonly Finding[] {
  const given = difference.kept.flatMap(({ before, after }) => {
    const earlier = publicRights(before)
    const rights = publicRights(after).filter((right) => !earlier.includes(right))
    return rights.length === 0 ? [] : [describe(before, rights, 'fails')]
  })
  const onNew = difference.added
    .filter(({ kind }) => kind === 'table' || kind === 'view' || kind === 'schema')
    .flatMap((object) => {
      const rights = publicRights(object)
      return rights.length === 0 ? [] : [describe(object, rights, 'notes')]
    })
  // functions and types are everybody's by default
  const onFuture = difference.added
    .filter(
      ({ kind, name, properties }) =>
        kind === 'default rights' && !/ [fT]$/.test(name) && publicRights({ properties }).length > 0,
    )
    .map((object) => describe(object, publicRights(object), 'fails'))
  return [...given, ...onNew, ...onFuture]
}

/** Of `app SELECT, public SELECT*`, what `public` may. */
function publicRights({ properties }: Pick<SchemaObject, 'properties'>): readonly string[] {
  return (properties.rights ?? '')
    .split(', ')
    .filter((right) => right.startsWith('public '))
    .map((right) => right.slice('public '.length).replace('*', ''))
}

function describe(
  { kind, name, table }: SchemaObject,
  rights: readonly string[],
  weight: Finding['weight'],
): Finding {
  return {
    ...{ hazard: 'weakened_integrity', weight },
    ...(kind === 'table' || table !== undefined ? { table: table ?? name } : {}),
    evidence: `Everybody who may connect has ${some(rights)} on ${kind} ${name}.`,
    remedy: 'Grant it to the roles that need it, and not to PUBLIC.',
  }
}
