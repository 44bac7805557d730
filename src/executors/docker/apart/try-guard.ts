import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { reasonOf } from '../../../core/errors.ts'
import type { Apartness } from '../../executor.ts'
import type { Engine } from '../engine/engine.ts'
import { type HelperImage, helperLabels } from '../labels.ts'
import { findHelper } from '../probe/helper.ts'
import { startGuard } from './guard.ts'

const wireAddress = '127.0.0.1'

/** Tries whether twins of this container can be kept apart on this engine, by starting a guard. */
export async function tryGuard(engine: Engine, helper: HelperImage, container: string): Promise<Apartness> {
  const folder = mkdtempSync(path.join(tmpdir(), 'purser-apart-'))
  try {
    await findHelper(engine, helper.image, container)
    const wire = { host: wireAddress, port: 1 }
    const options = {
      ...helperLabels(helper),
      image: helper.image,
      folder,
      wire,
      outside: process.pid,
      mounts: [],
    }
    const guard = await startGuard(engine, options, async () => {})
    await guard.end()
    return {
      isEnforced: true,
      sentence:
        'The twin has a network of its own, from which it reaches only the wire. What it shares with the app it only reads, and what has Unix sockets in it is left out.',
      wireAddress,
    }
  } catch (error) {
    return { isEnforced: false, sentence: notEnforced(engine, error), wireAddress }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function notEnforced({ where }: Engine, error: unknown): string {
  const why = reasonOf(error).replace(/\.?\s*$/, '.')
  return `Twins can't be kept apart on the engine at ${where}, which has to be on this machine, and reach all that the app reaches: ${why}`
}
