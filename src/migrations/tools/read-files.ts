import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { failedWith } from '../../core/errors.ts'
import type { MigrationFile } from './tool.ts'

/** JavaScript and TypeScript, declarations aside. */
export const code = /(?<!\.d)\.[cm]?[jt]s$/

/**
 * The files right in a folder whose names match, sorted by name, each with what the history calls it. Those that
 * `keyOf` knows no key for are passed over. Throws a sentence where the folder is not there.
 */
export async function readFiles(
  folder: string,
  names: RegExp,
  keyOf: (name: string, text: string) => string | undefined = (name) => name,
): Promise<readonly MigrationFile[]> {
  const files: MigrationFile[] = []
  for (const name of await listNames(folder)) {
    if (!names.test(name)) continue
    const content = await readFile(path.join(folder, name))
    const key = keyOf(name, content.toString())
    if (key !== undefined) files.push({ name, key, digest: digestOf(content) })
  }
  return files
}

/** What is in a folder, sorted. Throws a sentence where it is not there. */
export async function listNames(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (!failedWith(error, 'ENOENT', 'ENOTDIR')) throw error
    throw new TypeError(
      `Its migrations should be in "${folder}", and there is no such folder in the release.`,
    )
  }
}

/** SHA-256 in hex. */
export function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
