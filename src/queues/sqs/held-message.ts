import type { SliceHint } from '../queue.ts'
import { secondsOf } from './limits.ts'

/** A received message of ours. All times are this process's own clock, in milliseconds (`performance.now()`). */
export class HeldMessage {
  readonly hint: SliceHint
  readonly handle: string
  readonly redelivered: boolean
  /** From when on SQS would extend it no more. */
  readonly endMs: number
  /** Until when it is hidden from others for certain. */
  hiddenUntilMs: number
  /** An extension is asked for, or not before this. */
  extendableAtMs = 0
  /** Why it is ours no more; `undefined` while it is. */
  lost: string | undefined
  /** It was acknowledged or given back: whoever has it has nothing more to say about it. */
  isSettled = false
  /** Changes of its visibility go one after another, so that the last one said is the one that holds. */
  lastChange: Promise<void> = Promise.resolve()
  #visibilityMs: number
  /** Until when whoever took it wants it; nobody took it yet where there is none. */
  #wantedUntilMs: number | undefined

  constructor(received: {
    readonly hint: SliceHint
    readonly handle: string
    readonly redelivered: boolean
    readonly visibilityMs: number
    readonly longestHoldMs: number
  }) {
    const now = performance.now()
    this.hint = received.hint
    this.handle = received.handle
    this.redelivered = received.redelivered
    this.endMs = now + received.longestHoldMs
    this.#visibilityMs = received.visibilityMs
    this.hiddenUntilMs = now + received.visibilityMs
  }

  /** Somebody has it, and wants it for so long from now. */
  want(leaseMs: number): void {
    this.#wantedUntilMs = performance.now() + leaseMs
    this.extendableAtMs = 0
  }

  /** Whether less than half of its time is left, and it is wanted longer. */
  needsExtension(now: number): boolean {
    const isDue = now >= this.hiddenUntilMs - this.#visibilityMs / 2 && now >= this.extendableAtMs
    return isDue && this.#wanted(now) > this.hiddenUntilMs + slackMs
  }

  /** For how many seconds from now it is to be hidden. */
  secondsWanted(now: number): number {
    return Math.max(1, secondsOf(this.#wanted(now) - now))
  }

  /** It was hidden for so long, by a call that began then. */
  extended(beganMs: number, seconds: number): void {
    this.#visibilityMs = seconds * 1_000
    this.hiddenUntilMs = beganMs + this.#visibilityMs
    this.extendableAtMs = 0
  }

  #wanted(now: number): number {
    return Math.min(this.endMs, this.#wantedUntilMs ?? now + this.#visibilityMs)
  }
}

/** A lease may be shorter by this: it is handed on some milliseconds after the receipt, and needs no call for them. */
const slackMs = 100
