import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { historyIn } from './history-in.ts'
import { listNames, readFiles } from './read-files.ts'
import type { MigrationFile, MigrationTool } from './tool.ts'

/**
 * Django (djangoproject.com): Python. The settings say where the database is; the folder is one app's `migrations`, or one
 * above several, each app being called as its folder is. Migrations that come with packages are in the history only. Its
 * way back wants the name of an app and of a migration. What a squashed migration replaces is not known here.
 */
export const django: MigrationTool = {
  name: 'django',
  program: 'python3',
  takesUrl: 'config',
  listsAll: false,
  up: ({ program, config = 'manage.py' }) => [...program, config, 'migrate', '--no-input'],
  // What it compiles would lie among the release's files, and change their digest.
  variables: { PYTHONDONTWRITEBYTECODE: '1' },
  history: (table = 'django_migrations') => historyIn(table, "app || '.' || name"),
  files: readApps,
}

async function readApps(folder: string): Promise<readonly MigrationFile[]> {
  const all: MigrationFile[] = []
  for (const place of await migrationFolders(folder)) {
    const app = path.basename(path.dirname(path.resolve(place)))
    const files = await readFiles(
      place,
      /^(?!__init__\.)[^.].*\.py$/,
      (name) => `${app}.${path.parse(name).name}`,
    )
    all.push(...files.map((file) => ({ ...file, name: `${app}/${file.name}` })))
  }
  return all
}

async function migrationFolders(folder: string): Promise<readonly string[]> {
  await listNames(folder) // says whether it is there
  if (path.basename(path.resolve(folder)) === 'migrations') return [folder]
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isDirectory() && entry.name === 'migrations')
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(
      (place) => !/(?:^|\/)(?:site-packages|node_modules|\.[^/]+)(?:\/|$)/.test(path.relative(folder, place)),
    )
    .sort()
}
