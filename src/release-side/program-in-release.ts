import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'

/** A program that the release's packages bring, from the nearest `node_modules/.bin`; else by its name, from the PATH. */
export function programInRelease(program: string, root: string): string {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', '.bin', program)
    if (existsSync(candidate)) return candidate
    if (folder === path.dirname(folder)) return program
  }
}

/** Whether a program can be started from a release's root: by its path, or by its name from the PATH. */
export function isThere(program: string, root: string): boolean {
  if (program.includes('/')) return isExecutable(path.resolve(root, program))
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return folders.some((folder) => isExecutable(path.resolve(root, folder, program)))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
