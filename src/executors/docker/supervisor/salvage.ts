import { closeJournal } from '../../../runs/journal/post-mortem.ts'
import type { Salvage } from '../../../supervision/supervised-execution.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineOptions } from '../engine/locate/locate.ts'
import type { Details } from './details.ts'
import { removeTwin } from './twin-container.ts'

/** TODO */
export function salvageFrom(engine: Engine, _wanted: EngineOptions): Salvage {
  return async (folder, supervision) => {
    await removeTwin(engine, (supervision.details as Details).container)
    await closeJournal(folder, { end: 'lost', why: 'its supervisor was killed' })
  }
}
