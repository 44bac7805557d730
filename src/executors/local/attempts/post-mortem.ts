import path from 'node:path'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import { openCgroup } from '../supervisor/cgroup.ts'
import type { Supervision } from '../supervisor/holder.ts'
import { followTraces } from '../supervisor/traces.ts'

/** Ends what is left of an attempt whose supervisor is dead, then writes its last frame in the supervisor's place. */
export async function endWithoutSupervisor(
  folder: string,
  { cgroup }: Supervision,
  outcome: Outcome,
): Promise<void> {
  const attempt = path.basename(folder)
  const containment = cgroup === undefined ? followTraces(attempt, () => undefined) : openCgroup(cgroup)
  await containment.kill()
  await containment.remove()
  await closeJournal(folder, outcome)
}

/** What is known of an attempt whose supervisor was killed. */
export function killed({ supervisor }: Supervision): Outcome {
  return {
    end: 'lost',
    why: `its supervisor (process ${supervisor.pid}) was killed, so that its end was not seen; nothing of it is alive`,
  }
}
