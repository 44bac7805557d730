import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { historyIn } from './history-in.ts'
import { readFiles } from './read-files.ts'
import type { MigrationFile, MigrationTool, ToolPlace } from './tool.ts'

const command = ({ program, config }: ToolPlace, ...verb: readonly string[]) =>
  [...program, ...(config === undefined ? [] : ['--config', config]), ...verb] as const

/**
 * Alembic (alembic.sqlalchemy.org): Python. `env.py` says where the database is; the folder is the one of the revisions
 * (`versions`). The history has the last revision of each branch only: each file says what it follows.
 */
export const alembic: MigrationTool = {
  name: 'alembic',
  program: 'alembic',
  takesUrl: 'config',
  listsAll: false,
  up: (place) => command(place, 'upgrade', 'heads'),
  down: (place) => command(place, 'downgrade', '-1'),
  // What it compiles would lie among the release's files, and change their digest.
  variables: { PYTHONDONTWRITEBYTECODE: '1' },
  history: (table = 'alembic_version') => historyIn(table, 'version_num'),
  files: readRevisions,
}

async function readRevisions(folder: string): Promise<readonly MigrationFile[]> {
  const files = await readFiles(folder, /^[^.].*\.py$/, (_name, text) => quoted(text, 'revision')[0])
  const linked = files.map(async (file) => {
    const text = await readFile(path.join(folder, file.name), 'utf8')
    return { ...file, follows: [...quoted(text, 'down_revision'), ...quoted(text, 'depends_on')] }
  })
  return inOrder(await Promise.all(linked))
}

/** The texts that a variable of a revision is set to: one, a list of them, or none. */
function quoted(text: string, variable: string): readonly string[] {
  const value = new RegExp(`^${variable}\\b[^=\\n]*=\\s*(\\([^)]*\\)|\\[[^\\]]*\\]|[^\\n#]*)`, 'm').exec(
    text,
  )?.[1]
  return [...(value ?? '').matchAll(/["']([^"']+)["']/g)].map(([, word = '']) => word)
}

/** Each after all that it follows. */
function inOrder(files: readonly (MigrationFile & { readonly follows: readonly string[] })[]) {
  const ordered = new Set<MigrationFile>()
  const seen = new Set<MigrationFile>()
  const place = (file: (typeof files)[number]): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const key of file.follows) for (const other of files) if (other.key === key) place(other)
    ordered.add(file)
  }
  for (const file of files) place(file)
  return [...ordered]
}
