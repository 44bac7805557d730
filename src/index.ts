export {
  type Configuration,
  defineConfig,
  type EnvironmentConfiguration,
  type Policies,
} from './config/configuration.ts'
export { defineCommand, defineMigration, defineScript } from './tasks/define.ts'
export type {
  Argv,
  CommandOptions,
  MigrationOptions,
  OutputMode,
  ScriptContext,
  ScriptOptions,
  Task,
} from './tasks/task.ts'
