import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { BatchOptions } from './batch.ts'
import { brand, type CommandOptions, type MigrationOptions, type ScriptOptions, type Task } from './task.ts'

/**
 * A task in TypeScript or JavaScript. Its `run` is called once, in a process of its own that is the app's twin.
 *
 * @example
 * export default defineScript({
 *   name: 'greet',
 *   summary: 'Greets somebody.',
 *   params: z.object({ name: z.string() }),
 *   run: ({ params }) => console.log(`Hello, ${params.name}.`),
 * })
 */
export function defineScript<Schema extends StandardSchemaV1>(options: ScriptOptions<Schema>): Task {
  return { ...(options as unknown as ScriptOptions), [brand]: 'script' }
}

/**
 * A task in any language: a program and its arguments, started without a shell.
 *
 * @example
 * export default defineCommand({ name: 'collect-stats', summary: 'Runs ANALYZE.', command: ['python3', 'ops/stats.py'] })
 */
export function defineCommand<Schema extends StandardSchemaV1>(options: CommandOptions<Schema>): Task {
  return { ...(options as unknown as CommandOptions), [brand]: 'command' }
}

/**
 * A migration by the team's own tool, or plain SQL files through dbmate.
 *
 * @example
 * export default defineMigration({ name: 'migrate', summary: 'Brings the schema up to date.', database: 'main', sql: 'db/migrations' })
 */
export function defineMigration(options: MigrationOptions): Task {
  return { ...options, [brand]: 'migration' }
}

/**
 * A change to many rows, done slice by slice in key order: by `statement` (SQL over the slice's bounds, the fast way) or
 * by `process` (code that gets the rows). Each slice commits together with the record that it is done.
 *
 * @example
 * export default defineBatch({
 *   name: 'fill-search-names',
 *   summary: 'Fills the column that the search reads.',
 *   database: 'main',
 *   source: { table: 'places', key: 'id', where: sql`search_name is null` },
 *   statement: ({ slice }) => sql`update places set search_name = lower(name) where ${slice}`,
 * })
 */
export function defineBatch<Schema extends StandardSchemaV1>(options: BatchOptions<Schema>): Task {
  return { ...(options as unknown as BatchOptions), [brand]: 'batch' }
}
