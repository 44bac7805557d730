import type { DatabaseWiring } from '../databases/database.ts'
import type { Wiring } from '../environment/wiring.ts'
import type { Executor } from '../executors/executor.ts'
import type { LedgerWiring } from '../ledger/ledger.ts'
import type { QueueWiring } from '../queues/queue.ts'
import type { RehearsalConfiguration } from './rehearsal.ts'

/** What `purser.config.ts` says: the wiring of an app's environments. */
export interface Configuration {
  /** Folders of the release with its tasks. `['tasks']` unless stated. */
  readonly tasks?: readonly string[]
  /** Named deployments of the app. None is ever the default. */
  readonly environments: Readonly<Record<string, EnvironmentConfiguration>>
}

/** One deployment of the app. */
export interface EnvironmentConfiguration {
  /** The app's parts, each with a release of its own. */
  readonly services: Readonly<Record<string, ServiceConfiguration>>
  readonly databases?: Readonly<Record<string, DatabaseWiring>>
  /** How workers hear of a batch's slices. By the database that the batch changes, unless stated. */
  readonly queue?: QueueWiring
  /** Where runs are recorded. SQLite in `.purser/` beside the configuration unless stated. */
  readonly ledger?: LedgerWiring
  readonly policies?: Policies
  readonly parity?: ParityPolicy
  /** How migrations are rehearsed, and what production asks of a rehearsal. */
  readonly rehearsal?: RehearsalConfiguration
  /** Variables of the app whose values are secret, beside those whose names say so. */
  readonly secrets?: readonly string[]
  /** How many bytes of a run's output are kept, from its beginning and its end. 50,000,000 unless stated. */
  readonly outputQuota?: number
}

/** One part of the app. */
export interface ServiceConfiguration {
  readonly executor: Wiring<Executor>
}

/** What may differ between the app and its twins in this environment. */
export interface ParityPolicy {
  /** Kinds of facts (or single facts) that may differ, each with the reason: `{ 'memory-limit': 'loads the whole index' }`. */
  readonly differs?: Readonly<Record<string, string>>
  /** What a fact does that could not be seen, where its difference would block or warn. `block` unless stated. */
  readonly unobserved?: 'block' | 'warn'
}

/** What an environment asks of every run. */
export interface Policies {
  /** Whether every run must say why. `optional` unless stated. */
  readonly reason?: 'required' | 'optional'
}

/** States a configuration, with types. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration
}
