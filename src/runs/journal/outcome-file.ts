import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { failedWith } from '../../core/errors.ts'
import type { Frame } from '../frames.ts'
import { outcomeFile, reserveFile, sync } from './folder.ts'

/** An attempt's last frame. */
export type OutcomeFrame = Extract<Frame, { kind: 'outcome' }>

const reserveBytes = 16_384

/** Takes the room on the disk that the outcome will need. */
export async function makeReserve(folder: string): Promise<void> {
  await writeFile(reserveFile(folder), Buffer.alloc(reserveBytes, '\n'), {
    flag: 'wx',
    mode: 0o600,
    flush: true,
  })
}

/** The last frame; nothing while there is none. Costs one small file. */
export async function readOutcome(folder: string): Promise<OutcomeFrame | undefined> {
  try {
    return JSON.parse(await readFile(outcomeFile(folder), 'utf8'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Makes this the attempt's last frame, also on a full disk, unless there is one: of several processes that try at
 * once, one succeeds. The answer is the one that stands.
 */
export async function writeOutcome(folder: string, frame: OutcomeFrame): Promise<OutcomeFrame> {
  const draft = `${outcomeFile(folder)}.${randomUUID()}`
  try {
    await takeReserve(folder, draft)
    await overwrite(draft, `${JSON.stringify(frame)}\n`)
    await link(draft, outcomeFile(folder))
    await sync(folder)
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return (await readOutcome(folder)) ?? frame
}

/** Only one process can have it; where it is gone, the draft is a new file. */
async function takeReserve(folder: string, draft: string): Promise<void> {
  try {
    await rename(reserveFile(folder), draft)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
    await writeFile(draft, '', { flag: 'wx', mode: 0o600 })
  }
}

/** In place, so that the blocks that are there are used. */
async function overwrite(file: string, text: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.writeFile(text)
    await handle.truncate(Buffer.byteLength(text))
    await handle.sync()
  } finally {
    await handle.close()
  }
}
