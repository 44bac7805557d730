import { setTimeout as pause } from 'node:timers/promises'
import type { Refusal } from '../../core/errors.ts'
import { duration } from '../../core/text.ts'
import type { Inspector } from '../../databases/inspector.ts'
import type { Context } from '../context.ts'
import type { Production } from '../rehearsals/production.ts'

/** How long it is waited for what passes by itself. */
const patienceMs = 30_000
const lookEveryMs = 1_000

/** Names what a migration should not meet, and waits for its end. Returns what is there still after that. */
export async function awaitQuiet(
  { warn, signal }: Context,
  inspector: Inspector,
  { name }: Production,
): Promise<Refusal | undefined> {
  const deadline = performance.now() + patienceMs
  let isTold = false
  for (;;) {
    const { activities, lacking } = await inspector.activity()
    if (!isTold) {
      for (const { what, grant } of lacking)
        warn(
          `Not all that goes on in database "${name}" can be seen: the role lacks ${what}. Give it: ${grant}.`,
        )
      for (const { sentence } of activities) warn(`Waited for: ${sentence}`)
    }
    isTold = true
    if (activities.length === 0) return undefined
    if (performance.now() > deadline)
      return databaseBusy(
        name,
        activities.map(({ sentence }) => sentence),
      )
    await pause(lookEveryMs, undefined, { signal })
  }
}

function databaseBusy(name: string, activities: readonly string[]): Refusal {
  return {
    code: 'DATABASE_BUSY',
    message: `Database "${name}" was waited for ${duration(patienceMs)}, and is not quiet: ${activities.join(' ')}`,
    remedy: 'Let it end, or end it, and try again. Nothing was started.',
  }
}
