import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import { openCgroup } from '../supervisor/cgroup.ts'
import type { Supervision } from '../supervisor/holder.ts'
import { followTraces } from '../supervisor/traces.ts'

/** Ends what is left of an attempt whose supervisor is dead, then writes its last frame in the supervisor's place. */
export async function endWithoutSupervisor(folder: string, supervision: Supervision): Promise<void> {
  const { cgroup } = supervision
  const attempt = path.basename(folder)
  const containment = cgroup === undefined ? followTraces(attempt, () => undefined) : openCgroup(cgroup)
  await containment.kill()
  await containment.remove()
  await closeJournal(folder, existsSync(stopNote(folder)) ? stoppedWithIt : killed(supervision))
}

/** Notes that the supervisor is going to be killed because the run is cancelled, whoever then finds it dead. */
export function noteStop(folder: string): void {
  writeFileSync(stopNote(folder), '')
}

function stopNote(folder: string): string {
  return path.join(folder, 'stopped')
}

const stoppedWithIt: Outcome = { end: 'stopped', signal: 'SIGKILL' }

function killed({ supervisor }: Supervision): Outcome {
  return {
    end: 'lost',
    why: `its supervisor (process ${supervisor.pid}) was killed, so that its end was not seen; nothing of it is alive`,
  }
}
