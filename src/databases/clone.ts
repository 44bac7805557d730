import type { Duplex } from 'node:stream'
import type { Reference } from '../environment/reference.ts'

/**
 * How a clone came to be. `template`: the server's own copy of a golden copy that it holds. `command`: whatever the
 * configured command does.
 */
export type CloneStrategy = 'template' | 'command'

/** One property in which a clone was compared with the database that it is a copy of. */
export interface FaithfulnessCheck {
  /** `server`, `encoding`, `extensions`, `settings`, `roles`, `user`, `rights`, `schema` or `rows`. */
  readonly check: string
  /** `differs` and `unseen` make a clone unfaithful: what could not be compared is not equal. */
  readonly result: 'same' | 'differs' | 'unseen'
  /** What was found, in words: each difference by its name. No value of the data. */
  readonly details: readonly string[]
}

/** Whether a clone is what production is, as far as it was looked at. */
export interface Faithfulness {
  readonly isFaithful: boolean
  readonly checks: readonly FaithfulnessCheck[]
  /** Columns that were masked, as `schema.table.column`: what is told of their content says nothing of production. */
  readonly masked: readonly string[]
  /** What makes no difference to most, and may to some, in sentences. */
  readonly notes: readonly string[]
}

export interface CloneOptions {
  /** Who makes it, for whoever finds it: a run's id or a person. */
  readonly madeBy: string
  /** Told what is being done, a sentence at a time. */
  readonly say?: (sentence: string) => void
  /** What becomes of a clone that is not faithful: `refuse` (`CLONE_UNFAITHFUL`, the default) or `report`. */
  readonly unfaithful?: 'refuse' | 'report'
  /** The `dataFrom` of a clone that it is to be compared with: where a copy of that moment is kept it is made of that, however old. */
  readonly dataFrom?: Date
}

/** A throw-away copy of a database, with data. Disposing of it drops it. */
export interface Clone extends AsyncDisposable {
  readonly name: string
  /** Its URL, with a password: for memory only. It is used as the role that production is used as, where that may be. */
  readonly url: string
  readonly strategy: CloneStrategy
  /** Which way it was made and why, in a sentence. */
  readonly why: string
  readonly madeAt: Date
  /** When the data that it holds were read from production. */
  readonly dataFrom: Date
  /** How long making it took, in milliseconds. */
  readonly tookMs: number
  /** Digest of the schema that production had when it was made. */
  readonly fingerprint: string
  readonly faithfulness: Faithfulness
}

/** A clone or golden copy that is there. */
export interface CloneEntry {
  readonly name: string
  readonly kind: 'golden' | 'clone'
  /** `making`: it is not whole yet. */
  readonly state: 'making' | 'ready'
  readonly environment: string
  /** The database's name in the configuration. */
  readonly database: string
  readonly madeAt: Date
  /** Bytes on the clone server's disk, where it tells. */
  readonly bytes?: number
  /** Who holds it, in words; nobody holds a golden copy that is whole. */
  readonly inUseBy?: string
}

/** Which database production is, and how it stands now. */
export interface Standing {
  /** Digest of its schema, told as a clone's `fingerprint` is. */
  readonly schema: string
  /** Tells it from every other, a physical copy of it included. */
  readonly identity: string
}

/** Clones one database of one environment. */
export interface Cloner extends AsyncDisposable {
  /**
   * Makes a clone, after sweeping what crashes left. Throws `CLONE_SERVER_IS_PRODUCTION`, `CLONE_NO_ROOM`,
   * `CLONE_UNFAITHFUL`, `CLONE_TOOL_MISSING`, `CLONE_RIGHTS_MISSING`, `CLONE_COPY_FAILED`, `CLONE_COMMAND_FAILED`,
   * `DATABASE_UNREACHABLE`; whatever had been made is gone again then.
   */
  clone(options: CloneOptions, signal: AbortSignal): Promise<Clone>
  /** Looks at production. Throws `DATABASE_UNREACHABLE`, and `PRODUCTION_IS_CLONE` where that is a clone itself. */
  standing(): Promise<Standing>
  /** All that is there of this environment, after sweeping what crashes left. */
  list(): Promise<readonly CloneEntry[]>
  /** Drops what `list` tells of, in use or not. Throws `CLONE_UNKNOWN`. */
  drop(name: string): Promise<void>
}

/** What a cloner is opened with. The URLs are for memory only. */
export interface ClonePlace {
  readonly environment: string
  /** The database's name in the configuration. */
  readonly database: string
  /** The clone server, or nothing where a command makes clones. */
  readonly server?: string
  /** The database that is cloned; listing and dropping need none. */
  readonly production?: {
    readonly url: string
    /** Opens connections from where the app is. */
    readonly dial?: (host: string, port: number) => Promise<Duplex>
  }
  /** A replica that is copied from in the place of production. */
  readonly replica?: string
  /** A folder of Purser's own on this machine: dumps lie here while they are restored. */
  readonly folder: string
}

/** How a database is cloned, as the configuration says. */
export interface CloneWiring {
  /** Where the clone server's URL is. */
  readonly server?: Reference
  /** Where the URL of a replica is that is copied from. */
  readonly replica?: Reference
  /** Partitions that come and go by themselves, as `schema.table` with `*` for any characters. */
  readonly passingPartitions: readonly string[]
  open(place: ClonePlace): Promise<Cloner>
}
