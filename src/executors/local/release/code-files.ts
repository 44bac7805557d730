import { execFile } from 'node:child_process'
import { type Dirent, existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { failedWith } from '../../../core/errors.ts'

const run = promisify(execFile)

/** What a checkout says of itself; without one, only the files. */
export interface CodeTree {
  /** Relative to the root, sorted. */
  readonly files: readonly string[]
  /** The commit that is checked out. */
  readonly commit?: string
}

/** The files that are the code under a root: what git tracks or would, else all that do not look like data. */
export async function listCode(root: string): Promise<CodeTree> {
  if (!isInCheckout(root)) return { files: (await walk(root, '')).sort() }
  const git = (...args: string[]) =>
    run('git', ['-C', root, ...args], { maxBuffer: 1 << 28, env: gitEnvironment() })
  try {
    const [files, commit] = await Promise.all([
      git('ls-files', '-z', '--cached', '--others', '--exclude-standard'),
      git('rev-parse', '--verify', '--quiet', 'HEAD').catch(() => undefined),
    ])
    const names = [...new Set(files.stdout.split('\0').filter(isCode))].sort()
    return commit === undefined ? { files: names } : { files: names, commit: commit.stdout.trim() }
  } catch {
    // no git, no checkout, or one that belongs to somebody else: the folder itself is as good
    return { files: (await walk(root, '')).sort() }
  }
}

// Purser's own folder and the caches of tools change with every run, and a checkout need not ignore them.
const ownFolders = /(?:^|\/)(?:\.purser|node_modules\/\.cache)(?:\/|$)/

function isCode(file: string): boolean {
  return file !== '' && !ownFolders.test(file)
}

function isInCheckout(folder: string): boolean {
  if (existsSync(path.join(folder, '.git'))) return true
  return folder !== path.dirname(folder) && isInCheckout(path.dirname(folder))
}

// Other people's configuration must not decide what is hashed, and reading must not take locks.
function gitEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
}

const dataFolders = new Set([
  'node_modules',
  '.git',
  '.purser',
  '.cache',
  'coverage',
  'log',
  'logs',
  'tmp',
  'var',
])
const dataFiles = /\.(?:log|pid|sock)$/

/** What is in a folder; one that may not be looked into (`lost+found`, a database's) is data. */
async function readable(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM', 'ENOENT')) return []
    throw error
  }
}

async function walk(root: string, folder: string): Promise<string[]> {
  const entries = await readable(path.join(root, folder))
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const name = path.join(folder, entry.name)
      if (entry.isDirectory()) return dataFolders.has(entry.name) ? [] : walk(root, name)
      return (entry.isFile() || entry.isSymbolicLink()) && !dataFiles.test(entry.name) ? [name] : []
    }),
  )
  return nested.flat()
}
