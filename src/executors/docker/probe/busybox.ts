import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PurserError } from '../../../core/errors.ts'
import { makeStateFolder } from '../../../environment/state-folder.ts'
import type { Place } from '../../../environment/wiring.ts'
import { removeContainer } from '../containers/container.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import { readFirstFile } from '../engine/tar.ts'
import { type HelperImage, helperLabels } from '../labels.ts'
import { findHelper } from './helper.ts'

/**
 * The static busybox of the helper image, as a file of this place: taken out of the image once. Throws `HELPER_MISSING`.
 */
export async function takeBusybox(
  engine: Engine,
  { state }: Place,
  helper: HelperImage,
  container: string,
): Promise<string> {
  const { Id } = await findHelper(engine, helper.image, container)
  const file = path.join(state, 'cache', `busybox-${Id.replace('sha256:', '').slice(0, 16)}`)
  if (existsSync(file)) return file
  const bytes = await copyOut(engine, Id, helper)
  makeStateFolder(state)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.${process.pid}`, bytes, { mode: 0o700 })
  renameSync(`${file}.${process.pid}`, file)
  return file
}

/** From a container that is never started. */
async function copyOut(engine: Engine, image: string, helper: HelperImage): Promise<Uint8Array> {
  const { name, labels } = helperLabels(helper)
  const { Id } = await engine.post<{ readonly Id: string }>('/containers/create', {
    query: { name },
    body: { Image: image, Cmd: ['sh'], Labels: labels },
  })
  try {
    const archive = await engine.stream(enginePath`/containers/${Id}/archive`, {
      query: { path: '/bin/busybox' },
    })
    const found = await readFirstFile(archive)
    if (found !== undefined) return found.bytes
    throw new PurserError('HELPER_MISSING', {
      message: `The helper image "${helper.image}" has no file /bin/busybox, or only a link there.`,
      remedy: "Name an image with a static busybox at that path: `docker({ helper: 'busybox' })`.",
    })
  } finally {
    await removeContainer(engine, Id)
  }
}
