import type { Release } from '../../environment/release.ts'
import { oneReleaseGate } from '../../gates/one-release.ts'
import { type Answers, passGates } from '../../gates/pass-gates.ts'
import { reasonGate } from '../../gates/reason.ts'
import { roomGate } from '../../gates/room.ts'
import { twinRoomGate } from '../../gates/twin-room.ts'
import type { Run } from '../../runs/run.ts'
import { gateOfRehearsal, needsRehearsal } from '../apply/ask-rehearsal.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { outputQuota } from './launch-run.ts'
import type { Plan } from './plan-run.ts'

// What the ledger, the manifest and the supervisor's own small files take up beside a run's output.
const recordBytes = 10_000_000

/** Asks every gate that stands before a twin is launched. */
export function askGates(
  context: Context,
  target: RecordedTarget,
  release: Release,
  plan: Plan,
  run: Run,
): Promise<Answers> {
  const { config, signal } = context
  const { settings, executor } = target
  const { request } = run
  const isRehearsed = !needsRehearsal(target, plan) || request.isRehearsal || request.breakGlass !== undefined
  const gates = [
    reasonGate(settings.policies?.reason),
    oneReleaseGate(plan.differs),
    twinRoomGate(executor, signal),
    roomGate(config.state, outputQuota(settings) + recordBytes),
    ...(isRehearsed ? [] : [gateOfRehearsal(context, target, release, plan)]),
  ]
  return passGates(gates, request, release)
}
