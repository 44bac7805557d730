import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { reasonOf } from '../../core/errors.ts'
import { historyIn } from './history-in.ts'
import { digestOf } from './read-files.ts'
import type { MigrationFile, MigrationTool } from './tool.ts'

/**
 * Drizzle Kit (orm.drizzle.team), as of its versions 0.x: SQL files, and a journal that says when each was made. The
 * history has these times, and whatever is older than its last one is never applied. There is no way back.
 */
export const drizzle: MigrationTool = {
  name: 'drizzle',
  program: 'drizzle-kit',
  takesUrl: 'config',
  listsAll: false,
  up: ({ program, config }) => [
    ...program,
    'migrate',
    ...(config === undefined ? [] : [`--config=${config}`]),
  ],
  history: (table = 'drizzle.__drizzle_migrations') => historyIn(table, 'created_at::text'),
  files: readJournal,
}

interface Journal {
  readonly entries: readonly { readonly when: number; readonly tag: string }[]
}

async function readJournal(folder: string): Promise<readonly MigrationFile[]> {
  const place = path.join(folder, 'meta', '_journal.json')
  try {
    const { entries } = JSON.parse(await readFile(place, 'utf8')) as Journal
    return await Promise.all(
      entries.map(async ({ when, tag }) => {
        const name = `${tag}.sql`
        return { name, key: String(when), digest: digestOf(await readFile(path.join(folder, name))) }
      }),
    )
  } catch (error) {
    throw new TypeError(
      `What Drizzle Kit would apply is in ${place}, which can't be used: ${reasonOf(error)}`,
    )
  }
}
