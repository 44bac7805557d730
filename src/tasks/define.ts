import type { StandardSchemaV1 } from '@standard-schema/spec'
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
