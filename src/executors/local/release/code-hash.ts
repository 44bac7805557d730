import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { failedWith } from '../../../core/errors.ts'
import { makeStateFolder } from '../../../environment/state-folder.ts'
import { listCode } from './code-files.ts'

/** What identifies a code tree. */
export interface CodeHash {
  /** `sha256:` and hex: over every file's path, mode and content, in order. */
  readonly digest: string
  readonly commit?: string
  /** The files that changed after a moment, relative to the root. */
  changedSince(time: number): readonly string[]
}

/** What a file looked like when its content was hashed; while none of it changes, it is not read again. */
interface Seen {
  readonly stamp: string
  readonly hash: string
}

/** Hashes a code tree. `cache` is a folder of ours for what was seen of unchanged files. */
export async function hashCode(root: string, cache: string): Promise<CodeHash> {
  const { files, commit } = await listCode(root)
  const cacheFile = path.join(
    cache,
    `code-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.json`,
  )
  const before = readCache(cacheFile)
  const after: Record<string, Seen> = {}
  const changedAt = new Map<string, number>()
  const tree = createHash('sha256')
  for (const file of files) {
    const found = inspect(path.join(root, file), before[file])
    if (found === undefined) continue
    after[file] = found.seen
    changedAt.set(file, found.changedAt)
    tree.update(`${JSON.stringify([file, found.mode, found.seen.hash])}\n`)
  }
  if (Object.keys(after).some((file) => after[file] !== before[file])) writeCache(cacheFile, after)
  return {
    digest: `sha256:${tree.digest('hex')}`,
    ...(commit === undefined ? {} : { commit }),
    changedSince: (time) => files.filter((file) => (changedAt.get(file) ?? 0) > time),
  }
}

interface Inspected {
  readonly seen: Seen
  readonly mode: string
  /** By the inode's change time, which copying tools can't set back. */
  readonly changedAt: number
}

function inspect(file: string, before: Seen | undefined): Inspected | undefined {
  try {
    const stat = lstatSync(file)
    // a submodule; or what took a tracked file's place, such as a FIFO, which is no code and may never be read
    if (!stat.isFile() && !stat.isSymbolicLink()) return undefined
    const stamp = [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino].join(' ')
    const seen = before?.stamp === stamp ? before : { stamp, hash: hashFile(file, stat.isSymbolicLink()) }
    return { seen, mode: (stat.mode & 0o170111).toString(8), changedAt: stat.ctimeMs }
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined // tracked, but deleted
    if (failedWith(error, 'EACCES', 'EPERM')) return undefined // the app can't read it either, or it is somebody's data
    throw error
  }
}

const pieceBytes = 1_048_576

/** Piece by piece: data of any size may lie beside the code. */
function hashFile(file: string, isLink: boolean): string {
  const hash = createHash('sha256')
  if (isLink) return hash.update(readlinkSync(file)).digest('hex')
  const piece = Buffer.allocUnsafe(pieceBytes)
  // not waiting for a writer, should it have become a FIFO meanwhile
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    for (let read = -1; read !== 0; ) {
      read = readSync(descriptor, piece)
      hash.update(piece.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}

function readCache(file: string): Record<string, Seen> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {} // none yet, or torn: everything is hashed again
  }
}

function writeCache(file: string, seen: Record<string, Seen>): void {
  const temporary = `${file}.${process.pid}`
  try {
    makeStateFolder(path.dirname(path.dirname(file)))
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(temporary, JSON.stringify(seen))
    renameSync(temporary, file)
  } catch {
    // a folder that this user may not write to, or a full disk: everything is hashed again next time
  }
}
