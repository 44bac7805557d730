import { createHash } from 'node:crypto'
import { PurserError } from '../../core/errors.ts'
import type { Inspector } from '../../databases/inspector.ts'
import { type Release, shortDigest } from '../../environment/release.ts'
import type { MigrationSet, MigrationSetAnswer } from '../../migrations/tools/migration-set.ts'
import { pendingOf, readApplied } from '../../migrations/tools/pending.ts'
import { tools } from '../../migrations/tools/tools.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import type { Context, Target } from '../context.ts'
import { askRelease } from '../releases/ask-release.ts'

/** The migrations of a task, as its release has them. Throws `MIGRATIONS_UNREADABLE`, `RELEASE_SIDE_FAILED`. */
export async function askForMigrations(
  { signal }: Pick<Context, 'signal'>,
  target: Target,
  release: Release,
  { file, name }: Pick<TaskEntry, 'file' | 'name'>,
): Promise<MigrationSet> {
  const inquiry = { target, release, signal, secrets: [] }
  for await (const answer of askRelease(inquiry, { ask: 'migrations', file })) {
    const set = answer as unknown as MigrationSetAnswer
    if ('broken' in set) throw unreadable(name, set.broken)
    if (set.missingProgram !== undefined) throw programMissing(name, set.missingProgram)
    return set
  }
  throw new TypeError('The release side did not say which migrations there are.')
}

/** Keys of what the database has not had yet; `undefined` where nobody can tell, since the tool is not known. */
export async function pendingIn(
  inspector: Inspector,
  { tool, files, historyTables: [table] }: MigrationSet,
): Promise<readonly string[] | undefined> {
  if (tool === undefined) return undefined
  const applied = await readApplied(tools[tool].history(table), (sql) => inspector.query(sql))
  return pendingOf(files, applied).map(({ key }) => key)
}

/**
 * Says that nothing is pending, where the tool's own list proves it of this database; nothing where something is, or the tool
 * is not known. Throws `MIGRATION_NOTHING_PENDING` where the list is empty and that proves nothing: the tool may have more
 * than its folder tells, or the folder is a wrong one.
 */
export function whyNeedless(
  task: string,
  database: string,
  { digest }: Pick<Release, 'digest'>,
  { tool, files }: MigrationSet,
  pending: readonly string[] | undefined,
): string | undefined {
  if (tool === undefined || pending === undefined || pending.length > 0) return undefined
  if (files.length === 0) throw noneAtAll(task, database)
  if (!tools[tool].listsAll) throw unproven(task, database, tool)
  return `nothing is pending on database "${database}", which has all migrations of "${task}" in release ${shortDigest(digest)}`
}

function noneAtAll(task: string, database: string): PurserError {
  return new PurserError('MIGRATION_NOTHING_PENDING', {
    message: `The release has no migration of task "${task}" at all, so that none can be pending on database "${database}".`,
    remedy: "Correct the task's folder, if there should be some.",
  })
}

function unproven(task: string, database: string, tool: string): PurserError {
  return new PurserError('MIGRATION_NOTHING_PENDING', {
    message: `Nothing of "${task}" is pending on database "${database}" by the files of its folder. Whether ${tool}'s own configuration has more than these is not known.`,
    remedy: `If it has none, there is nothing to do. If it has, name its folder in the task. A migration of an image that is still to be deployed needs \`--candidate IMAGE\`.`,
  })
}

/**
 * Digest of what a migration runs, in hex: of its files with their tool and what of them is pending, where the tool is
 * known; of the whole release otherwise, since the migration may be anywhere in it.
 */
export function contentDigest(
  { digest }: Pick<Release, 'digest'>,
  { tool, files }: MigrationSet,
  pending: readonly string[] | undefined,
): string {
  const content = tool === undefined ? { release: digest } : { tool, files, pending }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function unreadable(task: string, why: string): PurserError {
  return new PurserError('MIGRATIONS_UNREADABLE', {
    message: `The migrations of task "${task}" can't be read: ${why}`,
    remedy: "Correct the task's options, so that they lead to the tool's folder. Nothing was started.",
  })
}

function programMissing(task: string, program: string): PurserError {
  return new PurserError('COMMAND_NOT_FOUND', {
    message: `The program "${program}", which task "${task}" starts, is neither in the release nor on its PATH.`,
    remedy: "Install the migration tool with the app's own packages, so that the release brings it.",
  })
}
