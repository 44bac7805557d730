import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import type { ProcessIdentity } from '../../../../runs/events.ts'
import { identify, isAlive } from '../../../../runs/process-identity.ts'

const ending = '.dump'
const ownerFile = 'owner.json'

/** A folder for a dump, for this user's eyes only: it holds production's rows. It goes when it is disposed of. */
export async function makeDumpFolder(
  parent: string,
  name: string,
): Promise<{ readonly folder: string } & AsyncDisposable> {
  const own = path.join(parent, `${name}${ending}`)
  const unsigned = `${own}.new`
  await mkdir(unsigned, { recursive: true, mode: 0o700 })
  const owner = { host: hostname(), process: identify(process.pid) }
  await writeFile(path.join(unsigned, ownerFile), JSON.stringify(owner))
  await rename(unsigned, own) // whoever sweeps sees no folder without an owner
  return {
    folder: path.join(own, 'content'),
    [Symbol.asyncDispose]: () => rm(own, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/** Removes dumps that processes of this machine left which are dead. */
export async function sweepDumps(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => [])
  for (const name of names) {
    const folder = path.join(parent, name)
    if (name.endsWith(ending) && !(await isHeld(folder))) {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}

async function isHeld(folder: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(path.join(folder, ownerFile), 'utf8')) as {
      readonly host: string
      readonly process: ProcessIdentity
    }
    return owner.host !== hostname() || isAlive(owner.process)
  } catch {
    return false // damaged
  }
}
