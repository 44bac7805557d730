import { execFile } from 'node:child_process'
import { chown } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { promisify } from 'node:util'
import type { Identity } from './process.ts'

const run = promisify(execFile)

// "nobody", on every Linux.
const nobody = 65_534
const namespace = ['unshare', '--user', `--map-user=${nobody}`, '--'] as const

/** How a program is started that refuses to run as root. */
export interface Unprivileged {
  argv(program: string, ...args: readonly string[]): readonly [string, ...string[]]
  readonly identity: Identity
  /** Gives it a file or a folder that we have made. */
  own(path: string): Promise<void>
}

const asWeAre: Unprivileged = {
  argv: (program, ...args) => [program, ...args],
  identity: {},
  own: async () => undefined,
}

const inNamespace: Unprivileged = {
  ...asWeAre,
  argv: (program, ...args) => [...namespace, program, ...args],
}

const asNobody: Unprivileged = {
  ...asWeAre,
  identity: { uid: nobody, gid: nobody },
  own: (path) => chown(path, nobody, nobody),
}

/**
 * Finds a way that needs no new user on this machine: our own user; as root a user namespace, in which files stay
 * ours; where a container forbids that, the user nobody, who must be able to reach the program.
 */
export async function unprivileged(program: string): Promise<Unprivileged> {
  if (userInfo().uid !== 0) return asWeAre
  for (const way of [inNamespace, asNobody]) {
    if (await works(way, program)) return way
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and neither \`unshare --user\` nor the user nobody may run ${program}. ` +
      'Run this as another user, or keep the checkout where every user can read it.',
  )
}

async function works(way: Unprivileged, program: string): Promise<boolean> {
  const [command, ...args] = way.argv(program, '--version')
  return await run(command, args, way.identity).then(
    () => true,
    () => false,
  )
}
