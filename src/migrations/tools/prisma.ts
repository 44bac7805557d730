import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { failedWith } from '../../core/errors.ts'
import { historyIn } from './history-in.ts'
import { digestOf, listNames } from './read-files.ts'
import type { MigrationFile, MigrationTool } from './tool.ts'

/**
 * Prisma Migrate (prisma.io): a folder with SQL for each migration. There is no way back.
 *
 * Tried: version 6 with its engine in WebAssembly, over `@prisma/adapter-pg` (`engine: 'js'`). Not tried: the native
 * engine, which Prisma downloads when it is first used, and with it every version 7. The command, the folders and the
 * history are the same by Prisma's own documentation.
 */
export const prisma: MigrationTool = {
  name: 'prisma',
  program: 'prisma',
  takesUrl: 'config',
  listsAll: false,
  up: ({ program, config }) => [...program, 'migrate', 'deploy', ...configOption(config)],
  // It asks the vendor for news of itself otherwise.
  variables: { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  history: (table = '_prisma_migrations') =>
    historyIn(table, 'migration_name', { where: 'finished_at is not null and rolled_back_at is null' }),
  files: readFolders,
}

function configOption(config: string | undefined): readonly string[] {
  if (config === undefined) return []
  return [config.endsWith('.prisma') ? '--schema' : '--config', config]
}

async function readFolders(folder: string): Promise<readonly MigrationFile[]> {
  const files: MigrationFile[] = []
  for (const name of await listNames(folder)) {
    try {
      const content = await readFile(path.join(folder, name, 'migration.sql'))
      files.push({ name, key: name, digest: digestOf(content) })
    } catch (error) {
      if (!failedWith(error, 'ENOENT', 'ENOTDIR')) throw error
    }
  }
  return files
}
