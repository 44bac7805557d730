import { setTimeout as sleep } from 'node:timers/promises'
import { purser, purserJson, type Typed } from '../../support/cli.ts'
import { findProcesses } from './processes.ts'
import type { Stage } from './stage.ts'

const leavesWithinMs = 60_000

interface RunView {
  readonly run: string
  readonly status: string
  readonly endedAt?: string
}

/** Ends the workers that wait for another batch, and waits until nothing of Purser's is alive. */
export async function sendHome(
  { folder }: Stage,
  note: (what: string) => void,
  typed: readonly Typed[],
): Promise<void> {
  for (const { process } of typed) if (process.exitCode === null) process.kill('SIGTERM')
  await Promise.all(typed.map(({ finished }) => finished))
  const deadline = performance.now() + leavesWithinMs
  for (;;) {
    const runs = await purserJson<readonly RunView[]>(folder, ['runs', '-n', '100'])
    const open = runs.filter(({ endedAt }) => endedAt === undefined)
    // those whose own `purser` was killed work on
    for (const { run } of open) {
      const { code, stderr } = await purser(folder, ['cancel', run])
      note(`purser cancel ${run}: ${code} ${code === 0 ? '' : stderr}`)
    }
    const alive = findProcesses(folder)
    if (open.length + alive.length === 0) return
    if (performance.now() > deadline) {
      throw new Error(
        `These are left: ${JSON.stringify({ alive, open: open.map(({ run, status }) => [run, status]) })}`,
      )
    }
    await sleep(50)
  }
}
