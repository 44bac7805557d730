import { Bug } from '../../core/errors.ts'
import { newRunId } from '../../core/ids.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { RunRequest } from '../../runs/events.ts'
import { foldRun, type Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'

const triesForAnId = 10

/** Records a new run. */
export async function requestRun({ now }: Context, ledger: Ledger, request: RunRequest): Promise<Run> {
  for (let tried = 0; tried < triesForAnId; tried += 1) {
    const id = newRunId()
    const at = now()
    const event = { kind: 'requested', request } as const
    const result = await ledger.append({ run: id, event, at }, { version: 0 })
    if ('appended' in result) return foldRun(id, [{ at, event }])
  }
  throw new Bug(`${triesForAnId} random ids in a row were taken.`)
}
