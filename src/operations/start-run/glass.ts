import { PurserError } from '../../core/errors.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import type { Wish } from './wish.ts'

/** Throws `TASK_NO_MIGRATION` where there is no glass to break, and `USAGE` where nobody says why. */
export function refuseGlass({ breakGlass }: Pick<Wish, 'breakGlass'>, task: TaskEntry | undefined): void {
  if (breakGlass === undefined) return
  if (breakGlass.trim() === '') {
    throw new PurserError('USAGE', {
      message: 'The glass is not broken without a reason.',
      remedy: 'Say what the emergency is: `--break-glass "orders fail since 03:10"`. Nothing was started.',
    })
  }
  if (task?.kind === 'migration') return
  throw new PurserError('TASK_NO_MIGRATION', {
    message: `${task === undefined ? 'A command of no task' : `Task "${task.name}"`} is no migration, so that there is no glass to break.`,
    remedy: 'Leave out `--break-glass`: only migrations are asked for a rehearsal. Nothing was started.',
  })
}
