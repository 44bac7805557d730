import type { Duplex } from 'node:stream'
import type { Refusal } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Secret } from '../core/redaction/secrets.ts'
import type { ParityReport } from '../environment/parity/report.ts'
import type { Facts, Release } from '../environment/release.ts'
import type { AttemptRecord } from '../runs/events.ts'
import type { Frame } from '../runs/frames.ts'
import type { Argv } from '../tasks/task.ts'
import type { OutputMode } from '../tasks/task-options.ts'

/** What a twin does in the app's place. */
export type Work =
  | { readonly kind: 'command'; readonly argv: Argv }
  /** A task of the release; its file is relative to the release's root. */
  | {
      readonly kind: 'task'
      readonly file: string
      readonly parameters: JsonObject
      readonly databaseVariable?: string
      /** Where it is a migration: it is taken back. */
      readonly isUndo?: true
      /** Where the task is a batch: what the rest of it needs. */
      readonly batch?: BatchOrder
    }
  /** Slices of whatever batches are open, as far as this release has their tasks. */
  | { readonly kind: 'worker'; readonly folders: readonly string[]; readonly worker: WorkerOrder }

/** A credential's place inside the twin, or its value where it is nowhere there. */
export type SecretPlace = { readonly variable: string } | { readonly value: string }

/** The database whose rows a batch changes, where its slice ledger is too. */
export interface DatabasePlace {
  readonly kind: string
  readonly url: SecretPlace
}

/** The transport of hints; without one the slice ledger itself is the queue. */
export interface QueuePlace {
  readonly kind: string
  readonly url?: SecretPlace
  readonly settings: JsonObject
}

/** What the lead of a batch is told. */
export interface BatchOrder {
  /** The run that began the batch, where that is not this one. */
  readonly id?: string
  readonly database: DatabasePlace
  readonly queue?: QueuePlace
  /** Where the release's tasks are: the hints of its other batches may come over the same queue. */
  readonly folders: readonly string[]
  /** How many workers the lead has beside it, in its own twin. */
  readonly workers: number
  /** After how many slices it rests, until somebody says yes. */
  readonly canary?: number
  /** One slice is done and rolled back. */
  readonly isDryRun?: boolean
}

/** What a worker is told: which databases to look in for batches, or the only batch that it is for. */
export interface WorkerOrder {
  readonly databases: readonly DatabasePlace[]
  readonly queue?: QueuePlace
  readonly batch?: string
}

/** One attempt that is to be started. */
export interface AttemptSpec {
  readonly id: string
  readonly run: string
  readonly work: Work
  readonly output: OutputMode
  readonly timeoutMs?: number
  readonly graceMs: number
  /** How many bytes of output are kept: the beginning and the end. */
  readonly quotaBytes: number
  /** Values that must not be seen in any output; they are handed over in memory only. */
  readonly secrets: readonly Secret[]
  /** Whether the twin may begin with the task: asked of an executor that `observes`, else never. */
  readonly inspection?: Inspection
  /** Variables in the place of the app's: the URL of a wire, as its `WireWay` tells it. */
  readonly variables?: Readonly<Record<string, string>>
  /** For rehearsals: it can reach nothing but a wire. */
  readonly apart?: Apart
}

/** What a twin gets in place of its place in the world: one way out, and no credential that is worth anything elsewhere. */
export interface Apart {
  /**
   * The wire that is its only way out. It listens at `Apartness.wireAddress`; in the URL that the twin gets, host and port
   * are those at which it finds it.
   */
  readonly wire: { readonly variable: string; readonly url: string }
  /** Further variables in place of the app's: placeholders for its secrets. */
  readonly variables: Readonly<Record<string, string>>
  /**
   * `false` where the caller knows that nothing but these variables keeps it apart here, and takes that. Without, it is not
   * started where more can't be had (`APART_UNENFORCED`).
   */
  readonly isEnforced?: false
}

/** Whether a twin can be kept apart here, and how, in a sentence. */
export interface Apartness {
  readonly isEnforced: boolean
  readonly sentence: string
  /** The address of this machine where a wire is found by twins that are kept apart, and by nobody else's machine. */
  readonly wireAddress: string
}

/**
 * A way from twins that change production to one wire. It lasts as long as this process; disposing of it cuts every
 * connection that goes over it.
 */
export interface WireWay extends AsyncDisposable {
  /** The address of this machine at which the wire is to listen. */
  readonly wireAddress: string
  /** The wire's URL as twins have it, made from the one at which it listens. Until then nothing gets to the wire. */
  leadTo(url: string): string
  /** Aborted when it broke: no twin reaches the wire any more. */
  readonly broken: AbortSignal
}

/** Why no twin could reach a wire, in a sentence. */
export interface NoWireWay {
  readonly missing: string
}

/** How a twin is judged after its entrypoint and before the task's first instruction. */
export interface Inspection {
  judge(twin: Observed): Promise<Judgement>
}

/** Nothing refused: the task begins. Both are kept with the attempt. */
export interface Judgement {
  readonly refusals: readonly Refusal[]
  readonly parity?: ParityReport
}

/** What was seen of a place where the release runs, and a way into its network. */
export interface Observed {
  /** The container or the process. */
  readonly id: string
  /** Values that may be secret are digests under a key that the executor makes for one release, and forgets. */
  readonly facts: Facts
  /** Names of the variables that its configuration states; others come from its entrypoint. */
  readonly configured: ReadonlySet<string>
  /** What Purser itself made different in it, by ids of kinds or of facts, and why. */
  readonly own: ReadonlyMap<string, string>
  /**
   * Connects to an address as that place reaches it, by its own names and routes. Throws where there is no way. What is to
   * last longer than a look says so: it may outlive the place.
   */
  dial(host: string, port: number, signal: AbortSignal, lasting?: 'lasting'): Promise<Duplex>
}

/** A question to the release side, answered in a twin that does no work. */
export type Question =
  /** `without` names files that ended an earlier asking. */
  | { readonly ask: 'manifest'; readonly folders: readonly string[]; readonly without: readonly string[] }
  | { readonly ask: 'check-parameters'; readonly file: string; readonly parameters: JsonObject }
  /** What a migration task would apply: its file is relative to the release's root. */
  | { readonly ask: 'migrations'; readonly file: string }

/** What the release side is told of an attempt, over its channel. */
export type Assignment = Exclude<Work, { kind: 'command' }> & {
  readonly run: string
  readonly attempt: string
  /** Where the channel goes one way only: reports are written to stderr, each behind this mark. */
  readonly mark?: string
}

export interface ReleaseOptions {
  /** An image that is about to be deployed: it is taken from here, and everything else from what serves. */
  readonly candidate?: string
}

/** Starts attempts in an environment, and finds them again after a crash of ours. */
export interface Executor {
  /** Whether it can observe the app and hold a twin until it was judged. Without, parity is not applicable. */
  readonly observes: boolean
  /** Reads what serves now. Throws `APP_NOT_RUNNING` when nothing does. */
  release(signal: AbortSignal, options?: ReleaseOptions): Promise<Release>
  /** The serving process's own variables: for references to credentials and for redaction. Never stored. */
  variables(release: Release): Promise<ReadonlyMap<string, string>>
  /** Every serving instance, as seen from inside and from its platform; the first is the twin's model. */
  observe(release: Release, signal: AbortSignal): Promise<readonly Observed[]>
  /** A twin that does no work, to be looked at; it ends when it is disposed of. */
  twin(release: Release, signal: AbortSignal): Promise<Observed & AsyncDisposable>
  /** Why there is no room for a twin beside the app; nothing where there is. */
  room(release: Release, signal: AbortSignal): Promise<Refusal | undefined>
  /** How twins are kept apart here, where that is asked of an attempt: it is tried. */
  apartness(release: Release, signal: AbortSignal): Promise<Apartness>
  /** A way from twins of this release, which are not kept apart, to a wire of this machine, or why there is none: it is tried. */
  wireWay(release: Release, signal: AbortSignal): Promise<WireWay | NoWireWay>
  /** One JSON value an answer line, in the order they come. Throws `RELEASE_SIDE_FAILED` when it ends badly. */
  ask(release: Release, question: Question, signal: AbortSignal): AsyncIterable<unknown>
  /** Begins to start what will hold the next attempt, so that it is up once the gates have passed. */
  standBy(): Disposable
  /** Repeating it for one attempt starts nothing new. Throws `APART_UNENFORCED`. */
  start(attempt: AttemptSpec, release: Release, signal: AbortSignal): Promise<Execution>
  /** `gone` when nothing of it ever started or is left; `unreachable` when that can't be known from here. */
  attach(attempt: AttemptRecord): Promise<Execution | 'gone' | 'unreachable'>
}

/** One attempt, at work or ended. */
export interface Execution {
  /** Where it is, without reading its output. */
  look(): Promise<Look>
  /** Its frames from the beginning; with `follow`, until the outcome, else what there is now. */
  frames(options: { readonly follow: boolean; readonly signal?: AbortSignal }): AsyncIterable<Frame>
  /** SHA-256 of the output that is kept of it, in hex: what its last frame told, unless somebody changed it since. */
  outputDigest(): Promise<string>
  /**
   * Ends it: SIGTERM to all of it, and after its grace SIGKILL to what is left. Resolves when it is known dead where
   * containment is exact, else when all that was found is.
   */
  stop(): Promise<void>
  /** Forgets one that has ended and that no ledger knows: nothing is kept of it. */
  discard(): Promise<void>
}

/** The latest frame of each kind: what is missing has not happened, or nobody told of it. */
export interface Look {
  readonly started?: Extract<Frame, { kind: 'started' }>
  readonly progress?: Extract<Frame, { kind: 'progress' }>
  readonly ended?: Extract<Frame, { kind: 'outcome' }>
  /**
   * What a twin that is kept apart tried to reach beside its wire, each once and as soon as it was seen: `10.0.0.5:5432`,
   * `sink.example.org:443` where it was looked up by name, `10.0.0.5:8125/udp`, `10.0.0.5` where no port is known, the path
   * of a Unix socket, `_db._tcp.example.org (SRV)`.
   */
  readonly escapes?: readonly string[]
}
