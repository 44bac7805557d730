import type { Refusal } from '../../core/errors.ts'
import type { Release } from '../../environment/release.ts'
import { oneReleaseGate } from '../../gates/one-release.ts'
import { passGates } from '../../gates/pass-gates.ts'
import { reasonGate } from '../../gates/reason.ts'
import { roomGate } from '../../gates/room.ts'
import { twinRoomGate } from '../../gates/twin-room.ts'
import type { Run } from '../../runs/run.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { outputQuota } from './launch-run.ts'
import type { Plan } from './plan-run.ts'

// What the ledger, the manifest and the supervisor's own small files take up beside a run's output.
const recordBytes = 10_000_000

/** Asks every gate that stands before a twin is launched. Returns what they refuse. */
export function askGates(
  { config, signal }: Context,
  { settings, executor }: RecordedTarget,
  release: Release,
  { differs }: Plan,
  run: Run,
): Promise<readonly Refusal[]> {
  const gates = [
    reasonGate(settings.policies?.reason),
    oneReleaseGate(differs),
    twinRoomGate(executor, signal),
    roomGate(config.state, outputQuota(settings) + recordBytes),
  ]
  return passGates(gates, run.request, release)
}
