import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect, FileChange } from '../engine/types.ts'

/** What was changed in a container's writable layer since it was made. */
export async function readChanges(engine: Engine, { Id }: ContainerInspect): Promise<readonly FileChange[]> {
  return (await engine.get<readonly FileChange[] | null>(enginePath`/containers/${Id}/changes`)) ?? []
}
