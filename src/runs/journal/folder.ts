import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { compressedSuffixes } from './compression.ts'

/*
 * 000000.ndjson.zst   a segment: its head, then a frame a line; complete, compressed
 * 000001.ndjson       a segment that is being written, or could not be compressed
 * reserve             room for the outcome, should the disk be full
 * outcome.json        the last frame; nothing in the folder changes after it
 *
 * Numbers rise and are never used again. Where one is missing, the quota has cut. A segment gets nothing more once
 * there is a later one, or an outcome.
 */

export function segmentFile(folder: string, number: number): string {
  return path.join(folder, `${String(number).padStart(6, '0')}.ndjson`)
}

export function outcomeFile(folder: string): string {
  return path.join(folder, 'outcome.json')
}

export function reserveFile(folder: string): string {
  return path.join(folder, 'reserve')
}

const segmentName = new RegExp(
  `^(\\d+)\\.ndjson(?:${compressedSuffixes.map((suffix) => `\\${suffix}`).join('|')})?$`,
)

/** The numbers of the segments that are there, ascending. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  const numbers = names.flatMap((name) => segmentName.exec(name)?.[1] ?? []).map(Number)
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** Waits until a file, or a folder's list of files, would survive a loss of power. */
export async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
