import { PurserError } from '../../core/errors.ts'
import { suggest } from '../../core/text.ts'
import type { Manifest } from '../../tasks/manifest.ts'
import type { TaskEntry } from '../../tasks/task.ts'

/** Finds a task in its release. Throws `TASK_UNKNOWN`, or `TASK_BROKEN` when a file that may hold it can't be loaded. */
export function resolveTask({ tasks, broken }: Manifest, name: string): TaskEntry {
  const task = tasks.find((candidate) => candidate.name === name)
  if (task !== undefined) return task
  const suspects = broken.filter(({ file, why }) => file.includes(name) || why.includes(`"${name}"`))
  if (suspects.length > 0) {
    throw new PurserError('TASK_BROKEN', {
      message: `Task "${name}" can't be used. ${suspects.map(({ file, why }) => `${file}: ${why}`).join(' ')}`,
      remedy: 'Mend the file; `purser tasks` shows every task and every file that is broken.',
    })
  }
  const known = tasks.map((candidate) => candidate.name)
  throw new PurserError('TASK_UNKNOWN', {
    message: `The release has no task "${name}". ${suggest(name, known, 'tasks')}`,
    remedy:
      'Tasks are the files in the folders that `tasks` names in the configuration; `purser tasks` lists them.',
  })
}
