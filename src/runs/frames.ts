import type { ParityReport } from '../environment/parity/report.ts'
import type { Outcome } from './outcomes.ts'

/** A task's streams; `merged` is both in one pipe. */
export type Stream = 'stdout' | 'stderr' | 'merged'

/** How surely a stop ends every descendant: by a cgroup or a container, or by signals to what can be found. */
export type Containment = 'exact' | 'best-effort'

/** What was kept of an attempt's output, so that the ledger can vouch for it. */
export interface OutputSummary {
  /** Bytes that the task wrote, after redaction. */
  readonly bytes: number
  /** Bytes that are missing: the quota cut them out of the middle, or the disk was full. */
  readonly cut: number
  /** SHA-256 of what was kept, in hex. */
  readonly digest: string
}

/** What the release side tells of an attempt, in this order: `started`, the work, `outcome` (always last). */
export type FrameBody =
  | {
      readonly kind: 'started'
      readonly pid: number
      readonly containment: Containment
      /** How the twin compared with the app, where it was observed. */
      readonly parity?: ParityReport
    }
  | { readonly kind: 'output'; readonly stream: Stream; readonly bytes: Uint8Array }
  /** So many bytes of output are missing here: the quota cut them, or the disk was full. */
  | { readonly kind: 'cut'; readonly bytes: number }
  | {
      readonly kind: 'progress'
      readonly done: number
      readonly total?: number
      readonly label?: string
      /** How fast it goes lately, where the task itself knows. */
      readonly perSecond?: number
      /** Why the attempt ends before the work does: the run rests from then on, and can be resumed. */
      readonly rests?: string
      /** Of a batch: all of it is done. Without this, an attempt's end is not the batch's. */
      readonly isOver?: true
    }
  /** A sentence of Purser's own for whoever watches. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly output: OutputSummary }

/** `cursor` counts an attempt's frames from 0; `at` is in milliseconds since the epoch, by the twin's clock. */
export type Frame = { readonly cursor: number; readonly at: number } & FrameBody
