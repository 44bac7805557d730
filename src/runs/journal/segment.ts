import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { failedWith } from '../../core/errors.ts'
import { compress, compressedSuffixes, decompress } from './compression.ts'
import { segmentFile, sync } from './folder.ts'

/** The whole lines of a segment, in whichever form it is; nothing when it is not there. */
export async function readSegment(folder: string, number: number): Promise<Buffer | undefined> {
  return (
    (await readCompressed(folder, number)) ??
    (await readRaw(folder, number)) ??
    readCompressed(folder, number)
  )
}

/** A segment that is complete; nothing while it is raw, or when it is not there. */
export async function readCompressed(folder: string, number: number): Promise<Buffer | undefined> {
  for (const suffix of compressedSuffixes) {
    const bytes = await readIfThere(segmentFile(folder, number) + suffix)
    // one that is damaged is as good as missing; the digest tells
    if (bytes !== undefined) return decompress({ bytes, suffix }).catch(() => undefined)
  }
  return undefined
}

async function readRaw(folder: string, number: number): Promise<Buffer | undefined> {
  const bytes = await readIfThere(segmentFile(folder, number))
  // a writer that was killed may have left a torn line
  return bytes?.subarray(0, bytes.lastIndexOf('\n') + 1)
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Puts a compressed segment in the place of a raw one; several processes may do it at once. Where there is no room
 * for it, the raw one stays.
 */
export async function packSegment(folder: string, number: number, lines: Uint8Array): Promise<void> {
  const raw = segmentFile(folder, number)
  const temporary = `${raw}.${randomUUID()}`
  try {
    const { bytes, suffix } = await compress(lines)
    await writeFile(temporary, bytes, { flag: 'wx', mode: 0o600, flush: true })
    await rename(temporary, raw + suffix)
    await rm(raw, { force: true })
  } catch {
    // the raw one counts now, unless another process has replaced it
    await Promise.allSettled([rm(temporary, { force: true }), sync(raw)])
  }
}

export async function removeSegment(folder: string, number: number): Promise<void> {
  const raw = segmentFile(folder, number)
  await Promise.all(['', ...compressedSuffixes].map((suffix) => rm(raw + suffix, { force: true })))
}
