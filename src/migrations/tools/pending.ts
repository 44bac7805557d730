import type { History, MigrationFile } from './tool.ts'

/** Runs a query on the database that is migrated. */
type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** What a history calls the migrations that are applied; none where the tool hasn't made its table yet. */
export async function readApplied(history: History, query: Query): Promise<readonly string[]> {
  const [answer] = await query(history.isThere)
  if (answer?.there !== true) return []
  return (await query(history.applied)).map(({ name }) => String(name))
}

/** The migrations that a history doesn't have, neither by themselves nor by one that comes after them. */
export function pendingOf(
  files: readonly MigrationFile[],
  applied: readonly string[],
): readonly MigrationFile[] {
  const before = new Map(files.map(({ key, follows }) => [key, follows ?? []]))
  const done = new Set<string>()
  const open = [...applied]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (done.has(key)) continue
    done.add(key)
    open.push(...(before.get(key) ?? []))
  }
  return files.filter(({ key }) => !done.has(key))
}
