import { existsSync } from 'node:fs'
import path from 'node:path'
import { nodeOptions } from '../../../environment/node-options.ts'
import type { ServingProcess } from '../proc/serving-process.ts'

/**
 * The node that a task of this app runs on, with the app's own options (`--import tsx`, `--env-file=.env`). An app in
 * another language has none; its tasks in TypeScript run on ours.
 */
export function nodeOf(app: ServingProcess): readonly [program: string, ...options: string[]] {
  if (path.basename(app.executable) !== 'node' || !existsSync(app.executable)) return [process.execPath]
  return [app.executable, ...nodeOptions(app.argv)]
}
