import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's own programs by absolute path, from its root, wherever a bundler puts this line. */
export const programFiles = {
  /** Runs beside a twin, on the control side's own Node. */
  supervisor: path.join(packageRoot(), 'dist/bin/supervisor.js'),
  /** Runs inside a twin, on Node 20 and newer. */
  release: path.join(packageRoot(), 'dist/bin/release.js'),
} as const

function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder)
  return folder
}
