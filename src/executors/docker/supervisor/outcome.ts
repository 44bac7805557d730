import { constants } from 'node:os'
import { refusedExit } from '../../../environment/probe/script.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import type { ContainerState, HostConfig } from '../engine/types.ts'

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/**
 * How a container's process ended. The engine tells a signal as 128 and its number, as a shell does; a task that exits
 * with such a number by itself is told so too. `undefined`: it was removed, and nobody saw.
 */
export function outcomeOf(
  state: ContainerState | undefined,
  { Memory }: Pick<HostConfig, 'Memory'>,
): Outcome {
  if (state === undefined)
    return { end: 'lost', why: 'its container was removed by somebody else while it ran' }
  const { ExitCode, OOMKilled } = state
  const oom = OOMKilled ? { oom: true, ...(Memory ? { limitBytes: Memory } : {}) } : {}
  const signal = signalNames.get(ExitCode - 128)
  if (ExitCode > 128 && signal !== undefined) return { end: 'killed', signal, ...oom }
  return { end: 'exited', code: ExitCode, ...oom }
}

/** The same for a twin, which may have ended before it became its command. */
export function whatBecameOf(
  state: ContainerState | undefined,
  { hasBegun }: { readonly hasBegun: boolean },
  host: Pick<HostConfig, 'Memory'>,
): Outcome {
  if (state?.ExitCode === refusedExit && !hasBegun) {
    return { end: 'unstartable', why: 'the go-ahead did not reach it; nothing of the task ran' }
  }
  return outcomeOf(state, host)
}
