import { setTimeout as sleep } from 'node:timers/promises'
import type { Act } from '../act.ts'
import { findProcesses as findAll, ownerOf, type Role, signal } from '../processes.ts'
import { leaseMs } from '../project.ts'
import type { Round } from '../round.ts'
import { type NamedPoint, points, type Way, ways } from './points.ts'

/** `kill -9` at a random moment. */
export const killSomebody: Act = (random) => {
  const whose = random.pick(['worker', 'worker', 'lead', 'attempt', 'purser', 'supervisor'] as const)
  const which = random.between(0, 99)
  return {
    what: `kill -9 ${whose} (${which})`,
    async play(round) {
      round.note(`killed ${whose} ${send(round, whose, which, 'SIGKILL')}`)
    },
  }
}

/** A worker that is frozen for longer than its lease, or its lead, and thawed. */
export const freezeSomebody: Act = (random) => {
  const whose = random.pick(['worker', 'worker', 'worker', 'lead', 'attempt'] as const)
  const [which, forMs] = [random.between(0, 99), random.between(leaseMs, leaseMs * 3)]
  return {
    what: `freeze ${whose} (${which}) for ${forMs} ms`,
    async play(round) {
      const pid = send(round, whose, which, 'SIGSTOP')
      round.note(`froze ${whose} ${pid}`)
      await sleep(forMs)
      if (pid !== undefined) signal(pid, 'SIGCONT')
      round.note(`thawed ${pid}`)
    },
  }
}

/** `kill -9` at a named point, of whoever is there first. */
export const killAtPoint: Act = (random, task) => {
  const [point, way] = [random.pick(points[task]), random.pick(ways)]
  return {
    what: `kill -9 at ${point.name}, ${way}`,
    play: (round) => atPoint(round, point, way, async (pid) => signal(pid, 'SIGKILL')),
  }
}

/** Frozen at a named point for longer than its lease, then thawed: its commit must be refused, or was there before. */
export const freezeAtPoint: Act = (random, task) => {
  const [point, forMs] = [random.pick(points[task]), random.between(leaseMs, leaseMs * 3)]
  return {
    what: `freeze at ${point.name} for ${forMs} ms`,
    async play(round) {
      const frozen: number[] = [] // others may get there before the first is known to have
      await atPoint(round, point, 'pass', async (pid) => {
        frozen.push(pid)
        signal(pid, 'SIGSTOP')
      })
      await sleep(forMs)
      for (const pid of frozen) signal(pid, 'SIGCONT')
      round.note(`thawed ${frozen.join(', ')}`)
    },
  }
}

/** Only the connection is cut, at a named point. */
export const cutAtPoint: Act = (random, task) => {
  const [point, way] = [random.pick(points[task]), random.pick(['cut', 'pass and cut'] as const)]
  return {
    what: `cut at ${point.name}, ${way}`,
    play: (round) => atPoint(round, point, way, async () => {}),
  }
}

async function atPoint(
  { stage, note, over }: Round,
  { name, ...point }: NamedPoint,
  way: Way,
  act: (pid: number) => Promise<void>,
): Promise<void> {
  using armed = stage.proxy.arm(point, async (passing) => {
    const owner = ownerOf(passing, findAll(stage.folder))
    note(`${name}: ${owner?.role} ${owner?.pid}`)
    if (owner !== undefined) await act(owner.pid)
    return way
  })
  await Promise.race([armed.met, over])
}

function send(
  { stage, run }: Round,
  whose: Role | 'lead',
  which: number,
  name: NodeJS.Signals,
): number | undefined {
  const all = findAll(stage.folder)
  const some = all.filter(({ role, run: of }) =>
    whose === 'lead' ? role === 'attempt' && of === run : role === whose,
  )
  const chosen = some[which % Math.max(1, some.length)]
  if (chosen !== undefined) signal(chosen.pid, name)
  return chosen?.pid
}
