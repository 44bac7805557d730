import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Contents by paths inside dist/. */
export type Output = Map<string, string>

/** Makes the folder hold exactly this, each changed file replaced at once. Two may do it at the same time. */
export function writeOutput(folder: string, output: Output): void {
  mkdirSync(folder, { recursive: true })
  for (const [path, text] of output)
    replaceFile(join(folder, path), text, path.startsWith('bin/') ? 0o755 : 0o644)
  for (const path of globSync('**', { cwd: folder, exclude: (name) => name.includes('.draft-') })) {
    const isStale = statSync(join(folder, path)).isFile() && !output.has(path)
    if (isStale) rmSync(join(folder, path))
  }
}

function replaceFile(path: string, text: string, mode: number): void {
  if (contentOf(path) !== text) {
    mkdirSync(dirname(path), { recursive: true })
    const draft = `${path}.draft-${randomUUID()}`
    writeFileSync(draft, text)
    renameSync(draft, path)
  }
  chmodSync(path, mode)
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
