import type { CloneEntry } from '../../clone.ts'
import type { CloneServer, FoundDatabase } from './clone-server.ts'
import { hasOurForm, type Owner } from './names.ts'

type Environment = Pick<Owner, 'environment'>

/** Drops what crashes left of this environment: what is not whole, and clones, that nobody alive holds. */
export async function sweep(
  server: CloneServer,
  environment: Environment,
  say: (sentence: string) => void = () => {},
): Promise<void> {
  for (const found of await server.databases()) {
    if (!isLeft(found, environment)) continue
    await server.drop(found.name)
    say(`The database ${found.name}, which a process left that is dead, was dropped.`)
  }
}

/** What is there of this environment. */
export async function listDatabases(
  server: CloneServer,
  { environment }: Environment,
): Promise<readonly CloneEntry[]> {
  const found = await server.databases()
  return found.flatMap(({ name, marker, bytes, isLeased }) => {
    if (marker?.environment !== environment) return []
    const { kind, state, database, madeAt, madeBy, host, pid } = marker
    return {
      ...{ name, kind, state, environment, database, madeAt: new Date(madeAt) },
      ...(bytes === undefined ? {} : { bytes }),
      ...(isLeased ? { inUseBy: `${madeBy}, process ${pid} on ${host}` } : {}),
    }
  })
}

function isLeft(found: FoundDatabase, { environment }: Environment): boolean {
  const { name, marker, isUnfinished, isLeased } = found
  if (isLeased) return false
  if (marker === undefined) return isUnfinished && hasOurForm(name, { environment })
  const isKept = marker.kind === 'golden' && marker.state === 'ready'
  return marker.environment === environment && !isKept
}
