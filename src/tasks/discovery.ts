import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { failedWith, reasonOf } from '../core/errors.ts'
import { isTask, type Task } from './task.ts'

const taskFile = /\.[cm]?[jt]s$/
const otherFile = /\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[jt]s$/

/** The files under a release's task folders, relative to its root, sorted. A folder that is not there holds none. */
export async function listTaskFiles(root: string, folders: readonly string[]): Promise<string[]> {
  const nested = await Promise.all(folders.map((folder) => listFolder(root, folder)))
  return [...new Set(nested.flat())].sort()
}

async function listFolder(root: string, folder: string): Promise<string[]> {
  try {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true, recursive: true })
    return entries
      .filter((entry) => !entry.isDirectory() && taskFile.test(entry.name) && !otherFile.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
      .filter((file) => !file.split(path.sep).includes('node_modules'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

/** Loads the task that a file exports by default. Throws a sentence that says why it can't. */
export async function loadTask(root: string, file: string): Promise<Task> {
  const module = await importFile(path.join(root, file))
  if (isTask(module.default)) return module.default
  throw new TypeError(
    'default' in module
      ? 'Its default export was not made by defineScript, defineCommand, defineMigration or defineBatch.'
      : 'It has no default export. A file beside the tasks that is none belongs in another folder.',
  )
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    throw new TypeError(explain(error), { cause: error })
  }
}

function explain(error: unknown): string {
  const loader =
    "give the app's own process the loader that it needs (such as `node --import tsx`), and its tasks get it too"
  if (failedWith(error, 'ERR_UNKNOWN_FILE_EXTENSION')) {
    return `Node ${process.versions.node} does not load TypeScript by itself: use Node 22.18 or newer, or ${loader}.`
  }
  if (failedWith(error, 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')) {
    return `It has TypeScript that Node can't strip (${reasonOf(error)}): ${loader}.`
  }
  return `It threw while it was imported: ${reasonOf(error)}`
}
