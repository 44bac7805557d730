import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kept, purser } from './folders.ts'
import { endLeftovers } from './processes.ts'

const file = join(kept, 'starter.pid')

/**
 * Takes this checkout's Atlas for our process, and ends what a starter left behind that was killed.
 * Throws when another starter is at work here.
 */
export async function claimAtlas({ fresh }: { readonly fresh: boolean }): Promise<void> {
  const pid = await livingStarter()
  if (pid !== undefined) throw new Error(`Atlas is started here already, by process ${pid}. Stop that first.`)
  await endLeftovers()
  if (fresh) {
    await rm(kept, { recursive: true, force: true })
    await rm(purser, { recursive: true, force: true })
  }
  await mkdir(kept, { recursive: true })
  await writeFile(file, `${process.pid}\n`)
}

async function livingStarter(): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => Number.NaN))
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  // a pid is used again; no other program has such arguments
  return /\b(?:start|demo(?:-\w+)?)\.ts\b/.test(command) ? pid : undefined
}
