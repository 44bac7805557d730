export {
  type Configuration,
  defineConfig,
  type EnvironmentConfiguration,
  type Policies,
} from './config/configuration.ts'
export type {
  BatchKey,
  BatchLimits,
  BatchOptions,
  BatchSource,
  Row,
  SliceCondition,
  SliceContext,
  SliceSize,
  SliceTransaction,
} from './tasks/batch.ts'
export { defineBatch, defineCommand, defineMigration, defineScript } from './tasks/define.ts'
export { type Sql, sql } from './tasks/sql.ts'
export type {
  Argv,
  CommandOptions,
  MigrationOptions,
  ScriptContext,
  ScriptOptions,
  Task,
} from './tasks/task.ts'
export type { OutputMode } from './tasks/task-options.ts'
export type { SignalContext, ThrottleSignal } from './tasks/throttle.ts'
