import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../core/errors.ts'
import type { Look } from '../executors/executor.ts'

/** Keeps an attempt's latest state in one small file, so that a look at it need not read its journal. */
export function writeLook(folder: string, look: Look, { flush = false } = {}): void {
  const temporary = path.join(folder, 'look.json.new')
  try {
    writeFileSync(temporary, JSON.stringify(look), { flush })
    renameSync(temporary, path.join(folder, 'look.json'))
  } catch (error) {
    // A convenience: the journal has it all, and has a reserve for a full disk.
    if (!failedWith(error, 'ENOSPC', 'EDQUOT')) throw error
  }
}

export function readLook(folder: string): Look {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'look.json'), 'utf8'))
  } catch (error) {
    // none yet, or one that a loss of power left empty: the journal has it all
    if (failedWith(error, 'ENOENT') || error instanceof SyntaxError) return {}
    throw error
  }
}
