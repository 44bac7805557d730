import path from 'node:path'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import type { Supervision } from '../../../supervision/holder.ts'
import { isStopNoted } from '../../../supervision/stop-note.ts'
import { openCgroup } from '../supervisor/cgroup.ts'
import { followTraces } from '../supervisor/traces.ts'

/** Ends what is left of an attempt whose supervisor is dead, then writes its last frame in the supervisor's place. */
export async function endWithoutSupervisor(folder: string, supervision: Supervision): Promise<void> {
  const { cgroup } = supervision.details
  const attempt = path.basename(folder)
  const containment = typeof cgroup === 'string' ? openCgroup(cgroup) : followTraces(attempt, () => undefined)
  await containment.kill()
  await containment.remove()
  await closeJournal(folder, isStopNoted(folder) ? stoppedWithIt : killed(supervision))
}

const stoppedWithIt: Outcome = { end: 'stopped', signal: 'SIGKILL' }

function killed({ supervisor }: Supervision): Outcome {
  return {
    end: 'lost',
    why: `its supervisor (process ${supervisor.pid}) was killed, so that its end was not seen; nothing of it is alive`,
  }
}
