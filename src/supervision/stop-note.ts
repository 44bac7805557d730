import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Notes that the supervisor is going to be killed because the run is cancelled, whoever then finds it dead. */
export function noteStop(folder: string): void {
  writeFileSync(noteFile(folder), '')
}

export function isStopNoted(folder: string): boolean {
  return existsSync(noteFile(folder))
}

function noteFile(folder: string): string {
  return path.join(folder, 'stopped')
}
