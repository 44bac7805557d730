import type { Executor } from '../executors/executor.ts'
import type { Gate } from './gate.ts'

/** Refuses a run for whose twin there is no room beside the app. */
export function twinRoomGate(executor: Pick<Executor, 'room'>, signal: AbortSignal): Gate {
  return {
    name: 'room for a twin',
    check: async (_request, release) => (await executor.room(release, signal)) ?? 'pass',
  }
}
