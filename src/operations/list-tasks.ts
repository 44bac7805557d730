import type { Manifest } from '../tasks/manifest.ts'
import type { Context } from './context.ts'
import { readManifest } from './releases/read-manifest.ts'
import { resolveTarget } from './releases/resolve-target.ts'

/** The tasks of the release that serves now. */
export async function listTasks(
  context: Context,
  environment: string | undefined,
  service: string | undefined,
): Promise<Manifest> {
  const target = await resolveTarget(context, environment, service)
  return readManifest(context, target, await target.executor.release(context.signal))
}
