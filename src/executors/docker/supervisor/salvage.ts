import path from 'node:path'
import { PurserError } from '../../../core/errors.ts'
import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Supervision } from '../../../supervision/holder.ts'
import { readLook } from '../../../supervision/look-file.ts'
import { Standby } from '../../../supervision/standby.ts'
import { startSupervisor } from '../../../supervision/start-supervisor.ts'
import { isStopNoted } from '../../../supervision/stop-note.ts'
import type { Salvage } from '../../../supervision/supervised-execution.ts'
import { removeContainer, signalContainer } from '../containers/container.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/locate/locate.ts'
import { engineVariables } from '../engine-variables.ts'
import { inspectContainer } from '../release/docker-release.ts'
import type { Details } from './details.ts'
import { readEnd } from './ended-file.ts'
import type { TakeoverOrder } from './order.ts'

/**
 * What becomes of an attempt whose supervisor was killed: a container at work goes on, and another supervisor takes over;
 * one that had not begun with its task never does.
 */
export function salvageFrom(engine: Engine, wanted: EngineOptions): Salvage {
  return async (folder, supervision) => {
    const details = supervision.details as Details
    if (details.engine !== engine.where) throw onAnother(details.engine, engine.where)
    const ended = readEnd(folder)
    const container = await inspectContainer(engine, details.container)
    const hasBegun = readLook(folder).started !== undefined
    const { guard = '' } = details
    if (container !== undefined && hasBegun && ended === undefined && guard === '') {
      if (isStopNoted(folder)) await signalContainer(engine, container.Id, 'SIGKILL')
      return takeOver(folder, supervision, wanted)
    }
    if (container !== undefined) await removeContainer(engine, container.Id)
    if (guard !== '') await removeContainer(engine, guard)
    const lost = guard === '' ? removed : unguarded
    await closeJournal(folder, ended ?? (hasBegun ? lost : neverBegun))
  }
}

const removed = {
  end: 'lost',
  why: 'its supervisor was killed, and its container was removed by somebody else; nothing of it is alive',
} as const

// Its wire went with the supervisor, and what it tried to reach since is not known.
const unguarded = {
  end: 'lost',
  why: 'its supervisor was killed, which kept it apart; it was ended, and nothing of it is alive',
} as const

const neverBegun = {
  end: 'unstartable',
  why: 'its supervisor was killed before the task began; nothing of the task ran',
} as const

/** Of several that try at once, one holds it; the others' supervisors end at once. */
async function takeOver(
  folder: string,
  { graceMs, details, generation }: Supervision,
  engine: EngineOptions,
) {
  const { output, quotaBytes, timeoutMs } = details as Details
  const order: TakeoverOrder = {
    takesOver: details as Details,
    generation: generation + 1,
    engine,
    attempt: path.basename(folder),
    folder,
    output,
    graceMs,
    quotaBytes,
    secrets: [],
    ...(timeoutMs > 0 ? { timeoutMs } : {}),
  }
  using standby = new Standby('docker-takeover', engineVariables(process.env))
  const signal = new AbortController().signal
  await startSupervisor(standby, order, { signal, generation: generation + 1 })
}

/** An engine that is not its own knows nothing of it, which must not be taken for its end. */
function onAnother(its: string, here: string): PurserError {
  return new PurserError('ENGINE_UNREACHABLE', {
    message: `The attempt is on the Docker Engine at ${its}, and this is the one at ${here}.`,
    remedy: 'Choose its engine again, by DOCKER_HOST or `docker context use`.',
  })
}
