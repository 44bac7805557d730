import { existsSync } from 'node:fs'
import { readOutcome } from '../../../runs/journal/outcome-file.ts'
import { identify, isAlive } from '../../../runs/process-identity.ts'
import { readHolder } from '../../../supervision/holder.ts'
import { removeContainer } from '../containers/container.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerListed } from '../engine/types.ts'
import { labels } from '../labels.ts'

/**
 * Removes what was left behind by a `purser` or a supervisor that was killed: twins that answered or were looked at whose
 * starter is dead, and twins of attempts that are over. Only what bears this place's label.
 */
export async function sweep(
  engine: Pick<Engine, 'get' | 'remove' | 'stream'>,
  place: string,
  folderOf: (attempt: string) => string,
): Promise<void> {
  const filters = { label: [`${labels.place}=${place}`] }
  const ours = await engine.get<readonly ContainerListed[]>('/containers/json', { all: true, filters })
  for (const container of ours) {
    // one that can't be judged or removed now must not keep the others
    await sweepOne(engine, container, folderOf).catch(() => {})
  }
}

async function sweepOne(
  engine: Pick<Engine, 'get' | 'remove' | 'stream'>,
  container: ContainerListed,
  folderOf: (attempt: string) => string,
): Promise<void> {
  if (await isLeftBehind(container, folderOf)) await removeContainer(engine, container.Id)
}

const hourSeconds = 3_600

async function isLeftBehind(
  { Labels, State, Created }: ContainerListed,
  folderOf: (attempt: string) => string,
): Promise<boolean> {
  if (State === 'removing') return false // by somebody else, who may never come to an end with it
  const starter = Labels[labels.starter]
  if (starter !== undefined) return isStarterDead(starter, Created)
  const attempt = Labels[labels.attempt]
  if (attempt === undefined) return false
  const folder = folderOf(attempt)
  // its record was removed: nobody will ever settle it; while it works it is left alone
  if (!existsSync(folder)) return State !== 'running'
  if ((await readOutcome(folder)) === undefined) return false
  const holder = readHolder(folder)
  return holder === undefined || !('supervisor' in holder) || !isAlive(holder.supervisor)
}

/** A starter of another boot may live on another machine, a copy of this one; after an hour nothing waits any more. */
export function isStarterDead(starter: string, createdSeconds: number): boolean {
  const [pid, startedTicks, boot = ''] = starter.split(':')
  if (boot !== identify(process.pid)?.boot && Date.now() / 1_000 - createdSeconds < hourSeconds) return false
  return !isAlive({ pid: Number(pid), startedTicks: Number(startedTicks), boot })
}
