import { existsSync } from 'node:fs'
import { readOutcome } from '../../../runs/journal/outcome-file.ts'
import { isAlive } from '../../../runs/process-identity.ts'
import { readHolder } from '../../../supervision/holder.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerListed } from '../engine/types.ts'
import { labels } from '../labels.ts'
import { removeTwin } from './twin-container.ts'

/**
 * Removes what was left behind by a `purser` or a supervisor that was killed: twins that answered or were looked at whose
 * starter is dead, and twins of attempts that are over. Only what bears this place's label.
 */
export async function sweep(
  engine: Engine,
  place: string,
  folderOf: (attempt: string) => string,
): Promise<void> {
  const filters = { label: [`${labels.place}=${place}`] }
  const ours = await engine.get<readonly ContainerListed[]>('/containers/json', { all: true, filters })
  for (const container of ours) {
    if (await isLeftBehind(container, folderOf)) await removeTwin(engine, container.Id)
  }
}

async function isLeftBehind(
  { Labels, State }: ContainerListed,
  folderOf: (attempt: string) => string,
): Promise<boolean> {
  const starter = Labels[labels.starter]
  if (starter !== undefined) return !isStarterAlive(starter)
  const attempt = Labels[labels.attempt]
  if (attempt === undefined) return false
  const folder = folderOf(attempt)
  // its record was removed: nobody will ever settle it; while it works it is left alone
  if (!existsSync(folder)) return State !== 'running'
  if ((await readOutcome(folder)) === undefined) return false
  const holder = readHolder(folder)
  return holder === undefined || !('supervisor' in holder) || !isAlive(holder.supervisor)
}

function isStarterAlive(starter: string): boolean {
  const [pid, startedTicks, boot = ''] = starter.split(':')
  return isAlive({ pid: Number(pid), startedTicks: Number(startedTicks), boot })
}
