import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Makes Purser's own folder where there is none: for its owner only, and ignored by git. */
export function makeStateFolder(state: string): void {
  if (existsSync(state)) return
  mkdirSync(state, { recursive: true, mode: 0o700 })
  writeFileSync(path.join(state, '.gitignore'), '*\n')
}
