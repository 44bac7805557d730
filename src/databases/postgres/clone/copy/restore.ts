import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Contents } from './dump.ts'
import type { CopyPrograms } from './programs.ts'
import { copyFailed, runProgram } from './run-program.ts'

interface RestorePlan {
  readonly programs: CopyPrograms
  readonly variables: Readonly<Record<string, string>>
  readonly folder: string
  readonly contents: Contents
  /** The database, one of ours. */
  readonly database: string
  readonly connections: number
  readonly signal: AbortSignal
}

/**
 * Restores a dump. What can't be restored (an owner that is not there) stops nothing: the comparison tells whether it
 * matters. Returns the complaints. Throws `CLONE_COPY_FAILED`.
 */
export async function restore(plan: RestorePlan): Promise<readonly string[]> {
  const { programs, variables, folder, contents, database, connections, signal } = plan
  const list = path.join(folder, 'purser.list')
  await writeFile(list, contents.list)
  const args = [
    ...[`--dbname=${database}`, `--jobs=${connections}`, `--use-list=${list}`],
    ...['--no-tablespaces', '--no-password', folder],
  ]
  const ended = await runProgram({ program: programs.restore, args, variables, signal })
  const isDone = ended.code === 0 || ended.complaints.some((line) => line.startsWith('errors ignored'))
  if (!isDone) throw copyFailed('The restore into the golden copy', ended)
  return ended.complaints.filter((line) => !line.startsWith('errors ignored'))
}
