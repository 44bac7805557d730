import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { PurserError } from '../../../../core/errors.ts'

const run = promisify(execFile)

/** The two programs that carry a database over. */
export interface CopyPrograms {
  readonly dump: string
  readonly restore: string
  /** Their major version. */
  readonly major: number
}

const debianFolder = '/usr/lib/postgresql'

/**
 * Finds `pg_dump` and `pg_restore` that know a server of this major version: the oldest that do, by the PATH and where
 * Debian keeps every version. Throws `CLONE_TOOL_MISSING`.
 */
export async function findPrograms(
  serverMajor: number,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<CopyPrograms> {
  const folders = [...(variables.PATH ?? '').split(path.delimiter), ...debianFolders()].filter(
    path.isAbsolute,
  )
  const found = (await Promise.all([...new Set(folders)].map(programsIn))).filter((one) => one !== undefined)
  const fit = found.filter(({ major }) => major >= serverMajor).sort((a, b) => a.major - b.major)
  const [best] = fit
  if (best !== undefined) return best
  const seen = [...new Set(found.map(({ major }) => major))].sort((a, b) => a - b).join(' and ')
  throw new PurserError('CLONE_TOOL_MISSING', {
    message:
      found.length === 0
        ? 'This machine has no pg_dump and pg_restore, by its PATH or below /usr/lib/postgresql.'
        : `The server is PostgreSQL ${serverMajor}, and this machine has pg_dump ${seen}: one that is older can't read it.`,
    remedy: `Install PostgreSQL's client programs of version ${serverMajor} or newer, such as the package postgresql-client-${serverMajor}.`,
  })
}

function debianFolders(): readonly string[] {
  try {
    return readdirSync(debianFolder).map((version) => path.join(debianFolder, version, 'bin'))
  } catch {
    return []
  }
}

async function programsIn(folder: string): Promise<CopyPrograms | undefined> {
  const [dump, restore] = [path.join(folder, 'pg_dump'), path.join(folder, 'pg_restore')]
  try {
    const versions = await Promise.all([dump, restore].map(majorOf))
    return { dump, restore, major: Math.min(...versions) }
  } catch {
    return undefined // not there, or no such program
  }
}

async function majorOf(program: string): Promise<number> {
  const { stdout } = await run(program, ['--version'], { timeout: 10_000 })
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? []
  if (major === undefined) throw new TypeError(`${program} tells no version.`)
  return Number(major)
}
