import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** Tells one version of a task's file from another: a worker takes up only what it has the very same file for. */
export async function definitionDigest(file: string): Promise<string> {
  const content = await readFile(path.join(process.cwd(), file))
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}
