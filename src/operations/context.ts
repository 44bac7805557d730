import type { EnvironmentConfiguration } from '../config/configuration.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { Executor } from '../executors/executor.ts'
import type { Ledger, LedgerWiring } from '../ledger/ledger.ts'
import type { Actor } from '../runs/actors.ts'
import type { ProcessIdentity } from '../runs/events.ts'

/** What every operation works with. Made once by whoever was asked: the CLI now, a server later. */
export interface Context {
  readonly config: LoadedConfig
  /** The ledger of environments that name none. */
  readonly defaultLedger: LedgerWiring
  /** Whether a ledger that can't be written will do: for what reads, and for what must work on a full disk. */
  readonly readingWillDo: boolean
  readonly actor: Actor
  readonly host: string
  /** This process, so that a later one can tell whether it died over an attempt. */
  readonly self: ProcessIdentity
  /** The variables of the shell where purser was typed. They never reach a twin. */
  readonly shell: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** Tells whoever typed a sentence about something that stops nothing. */
  readonly warn: (sentence: string) => void
  readonly signal: AbortSignal
}

/** An environment, and the one service of it that is meant. */
export interface Target {
  readonly environment: string
  readonly settings: EnvironmentConfiguration
  readonly service: string
  readonly executor: Executor
}

/** A target with the ledger that its runs are recorded in. */
export interface RecordedTarget extends Target {
  readonly ledger: Ledger
}
