import type { Refusal } from '../../../core/errors.ts'
import { byteSize } from '../../../core/text.ts'
import type { Room } from '../../../environment/probe/answer.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { nameOf } from '../release/skews.ts'

// What a container's writable layer and log may well need, and threads of its processes.
const diskBytes = 100_000_000
const threads = 100

/** Why the engine's machine has no room for another container like this one; nothing where it has. */
export async function roomFor(
  container: ContainerInspect,
  room: Room,
  memoryNeeded: () => Promise<number>,
): Promise<Refusal | undefined> {
  const { memoryBytes, diskBytes: freeDisk } = room
  if (memoryBytes === undefined && freeDisk === undefined)
    return refuse("can't be asked for its memory and disk from inside them")
  if (freeDisk !== undefined && freeDisk < diskBytes) {
    return refuse(
      `has ${byteSize(freeDisk)} left on the disk of its containers, and a run needs ${byteSize(diskBytes)}`,
    )
  }
  const freeThreads = (room.maxThreads ?? Number.POSITIVE_INFINITY) - (room.threads ?? 0)
  if (freeThreads < threads)
    return refuse(`can start ${freeThreads} more threads, and a run needs ${threads}`)
  if (memoryBytes === undefined) return undefined
  const needed = await memoryNeeded()
  if (needed <= memoryBytes) return undefined
  return refuse(
    `has ${byteSize(memoryBytes)} of memory available, and a twin of ${nameOf(container)} may need ${byteSize(needed)}`,
  )
}

/** As much as it may take; without a limit, as much as it takes now. */
export async function memoryOf(engine: Engine, { Id, HostConfig }: ContainerInspect): Promise<number> {
  if (HostConfig.Memory) return HostConfig.Memory
  const query = { stream: false, 'one-shot': true }
  const stats = await engine.get<Stats>(enginePath`/containers/${Id}/stats`, query)
  return memoryInUse(stats)
}

/** Part of `GET /containers/{id}/stats`, in bytes. */
interface Stats {
  readonly memory_stats?: {
    readonly usage?: number
    readonly stats?: { readonly total_inactive_file?: number; readonly inactive_file?: number }
  }
}

/** Without the cached files that the kernel can drop at any time, by their names in cgroup v1 and v2, as `docker stats` has it. */
export function memoryInUse({ memory_stats: { usage = 0, stats = {} } = {} }: Stats): number {
  const droppable = stats.total_inactive_file ?? stats.inactive_file ?? 0
  return Math.max(0, usage - droppable)
}

function refuse(what: string): Refusal {
  return {
    code: 'NO_ROOM',
    message: `The machine of the app's containers ${what}.`,
    remedy: 'Make room there, or run it when the app needs less.',
  }
}
