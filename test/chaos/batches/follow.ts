import { setTimeout as sleep } from 'node:timers/promises'
import { purser, purserJson } from '../../support/cli.ts'
import { findProcesses } from './processes.ts'
import type { Round } from './round.ts'

const endsWithinMs = 120_000
const lookEveryMs = 100

/** Follows a batch until it has succeeded. Whenever it is found paused and nobody means it to be, it is resumed. */
export async function followToEnd(round: Round, isResting: () => boolean): Promise<void> {
  const { stage, run, note } = round
  let deadline = performance.now() + endsWithinMs
  let last = 'running'
  while (performance.now() < deadline) {
    await sleep(lookEveryMs)
    if (stage.isOut()) deadline = performance.now() + endsWithinMs
    if (hasLead(round)) continue
    const { status } = await purserJson<{ readonly status: string }>(stage.folder, ['show', run])
    if (status !== last) note(`it is ${status}`)
    last = status
    if (status === 'succeeded') return
    if (['failed', 'lost', 'cancelled', 'refused', 'timed-out'].includes(status))
      throw new Error(`It ${status}.`)
    if (status !== 'paused' || isResting()) continue
    const { code, stderr } = await purser(stage.folder, ['resume', run, '--detach'])
    note(`purser resume: ${code}${code === 0 ? '' : ` ${stderr}`}`)
  }
  throw new Error(`It has not succeeded within ${endsWithinMs / 1_000} s.`)
}

function hasLead({ stage, run }: Round): boolean {
  return findProcesses(stage.folder).some(({ role, run: of }) => role === 'attempt' && of === run)
}
