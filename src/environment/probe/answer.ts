import type { Facts } from '../release.ts'

/** What a probe answered. */
export type ProbeAnswer =
  | {
      readonly end: 'complete'
      readonly process: ProbedProcess
      readonly facts: Facts
      readonly room: Room
    }
  /** The serving process's variables can be read as this user only: probe again as it. */
  | { readonly end: 'other-user'; readonly uid: number; readonly gid: number }
  /** A sentence: what is wrong with the answer. */
  | { readonly end: 'broken'; readonly why: string }

/** The process that was looked at: the app's serving one, or the twin before it becomes its command. */
export interface ProbedProcess {
  readonly pid: number
  /** Effective ids; `undefined` where they could not be read. */
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Where it works; `undefined` where that can't be entered. */
  readonly directory: string | undefined
  /** Of the app only: what it was started with, its program, and what its parent was started with. */
  readonly argv: readonly string[]
  readonly executable: string | undefined
  readonly parentArgv: readonly string[]
  /** Where bash is, which passes on variables whose names are no identifiers; other shells drop them. */
  readonly bash: string | undefined
  /** Of a twin only: where its command's program is; `undefined` when it can't be found. */
  readonly program: string | undefined
  /** Of a twin only: variables that it has and that its shell won't pass on, since their names are no identifiers. */
  readonly lostVariables: readonly string[]
}

/** What there is left where the probe ran; a part is missing where it can't be read. */
export interface Room {
  readonly memoryBytes?: number
  /** Where the root of the file system is. */
  readonly diskBytes?: number
  /** Of the whole machine, now and at most. */
  readonly threads?: number
  readonly maxThreads?: number
}
