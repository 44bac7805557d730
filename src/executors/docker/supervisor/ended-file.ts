import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../../../core/errors.ts'
import type { Outcome } from '../../../runs/outcomes.ts'

/**
 * Keeps how a container ended before it is removed: whoever finds the attempt after a crash in between knows it all the
 * same.
 */
export function noteEnd(folder: string, outcome: Outcome): void {
  const file = endedFile(folder)
  try {
    writeFileSync(`${file}.new`, JSON.stringify(outcome), { flush: true })
    renameSync(`${file}.new`, file)
  } catch (error) {
    // only a crash within the next moment would need it; the outcome has room kept for it
    if (!failedWith(error, 'ENOSPC', 'EDQUOT')) throw error
  }
}

export function readEnd(folder: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(endedFile(folder), 'utf8'))
  } catch (error) {
    if (failedWith(error, 'ENOENT') || error instanceof SyntaxError) return undefined
    throw error
  }
}

function endedFile(folder: string): string {
  return path.join(folder, 'ended.json')
}
