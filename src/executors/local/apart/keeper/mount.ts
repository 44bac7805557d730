import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { systemProgram } from '../../../../supervision/system-program.ts'

const run = promisify(execFile)

/** Puts an empty file system in memory over a folder, seen only in this namespace. */
export async function mountMemory(folder: string): Promise<void> {
  await mount('-t', 'tmpfs', '-o', 'mode=0755', 'purser', folder)
}

/** Puts one file in the place of another, seen only in this namespace. */
export async function mountOver(file: string, target: string): Promise<void> {
  await mount('--bind', file, target)
}

async function mount(...args: readonly string[]): Promise<void> {
  await run(systemProgram('mount', "hides the machine's sockets from a twin", 'util-linux and mount'), [
    '--no-mtab',
    ...args,
  ])
}
