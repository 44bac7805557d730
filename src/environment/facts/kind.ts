/** What a difference does unless the task declared it: refuses the run, is shown and kept, or is kept. */
export type Severity = 'block' | 'warn' | 'info'

/**
 * How Purser treats a kind of fact: it is compared; it is kept with the run and not compared; only other platforms have
 * it; or nobody can see it from outside the process.
 */
export type Seen = 'compared' | 'recorded' | 'elsewhere' | 'beyond'

/**
 * One way in which a run can be somewhere other than the app. Its facts have the ids `KIND` and `KIND:ITEM`
 * (`umask`, `memory-limit:cgroup`); those of variables are `variables:NAME`, whichever kind they belong to.
 */
export interface Kind {
  /** Its number in `docs/drift.md`, from 1. */
  readonly number: number
  /** Stable: declarations and records name it. */
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** One sentence: what a difference does to people. */
  readonly harm: string
  readonly seen: Seen
  /** Why it is not compared, or not all of it. */
  readonly remark?: string
  /** The names of variables that are this kind's and not those of the kinds 21 to 24. */
  readonly variables?: RegExp
  /**
   * Its facts are a list, whose head `KIND` is told once the list is complete: then an item that one side lacks is a
   * difference. In other kinds it is unobserved.
   */
  readonly list?: true
  /** Lines of the shell probe that tell its facts. `probe/parts/prelude.ts` says what they can use. */
  readonly sh?: string
  /**
   * Lines of the probe's one awk program, for what is more than a file's first line. They can use what
   * `probe/parts/awk-library.ts` and `probe/parts/awk-observers.ts` have, and `target`, `host`, `status`, `mount_type`.
   */
  readonly awk?: string
  /** Files that are its facts. */
  readonly files?: readonly WatchedFiles[]
  /** A JavaScript expression, evaluated by the app's own node: a text, or an object of texts by items. */
  readonly node?: string
}

/** Files whose contents are facts. Those that are not there are none. */
export interface WatchedFiles {
  /** Words of sh, with patterns: absolute paths, or paths that start at the working directory with `./`. */
  readonly words: string
  /**
   * How they are compared: by SHA-256; by SHA-256 under the comparison's key, since they may hold secrets; or, where they
   * are large, by size and time of change.
   */
  readonly by: 'digest' | 'keyed' | 'identity'
}
