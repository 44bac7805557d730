import { loadConfig } from '../config/load-config.ts'
import { knownRuns, knownTasks } from '../operations/known-names.ts'
import { loadContext, type Session } from './session.ts'

/** What a shell offers when Tab is pressed. Proposals never fail: without a configuration there are none. */

export function proposeEnvironments(): Promise<readonly string[]> {
  return orNone(async () => Object.keys((await loadConfig(process.cwd())).configuration.environments))
}

export function proposeTasks(): Promise<readonly string[]> {
  return orNone(async () => knownTasks({ config: await loadConfig(process.cwd()) }))
}

export function proposeMigrations(): Promise<readonly string[]> {
  return orNone(async () => knownTasks({ config: await loadConfig(process.cwd()) }, 'migration'))
}

export function proposeRuns(this: Session, partial: string): Promise<readonly string[]> {
  return orNone(async () => knownRuns(await loadContext(this, { readingWillDo: true }), partial))
}

async function orNone(names: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await names()
  } catch {
    return []
  }
}
