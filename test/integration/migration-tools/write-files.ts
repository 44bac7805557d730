import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Writes files below a folder, by their paths. */
export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
}
