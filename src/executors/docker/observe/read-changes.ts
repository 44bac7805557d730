import { reasonOf } from '../../../core/errors.ts'
import { count } from '../../../core/text.ts'
import type { Fact } from '../../../environment/release.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect, FileChange } from '../engine/types.ts'

const source = 'docker diff'
const changesShown = 3

/** What was changed in a container's writable layer since it was made. It is kept only, so that no run is refused for it. */
export async function readChanges(engine: Engine, { Id }: Pick<ContainerInspect, 'Id'>): Promise<Fact> {
  try {
    const changes = await engine.get<readonly FileChange[] | null>(enginePath`/containers/${Id}/changes`)
    return { value: describeChanges(changes ?? []), source }
  } catch (error) {
    return { unseen: reasonOf(error) }
  }
}

function describeChanges(changes: readonly FileChange[]): string {
  if (changes.length === 0) return 'none'
  const shown = changes.slice(0, changesShown).map(({ Path }) => Path)
  return `${count(changes.length, 'path')}: ${shown.join(', ')}${changes.length > changesShown ? ' …' : ''}`
}
