import { duration } from '../../core/text.ts'
import type { FailureKind, SqsFailure } from './failures.ts'

interface Trouble {
  readonly kind: FailureKind
  readonly action: string
  readonly sinceMs: number
}

/** What keeps a queue from going on, as its calls' answers tell. */
export class Health {
  readonly #queue: string
  readonly #place: string
  readonly #report: (sentence: string) => void
  #trouble: Trouble | undefined

  /** `place` is for people: `SQS at localhost:4566 (eu-west-1)`. */
  constructor(queue: string, place: string, report: (sentence: string) => void) {
    this.#queue = queue
    this.#place = place
    this.#report = report
  }

  failed(action: string, failure: SqsFailure): void {
    const { kind } = failure
    if (kind === this.#trouble?.kind) return
    const isReported = isReportable(kind)
    // An answer like "too many calls" does not say that the queue is there again.
    if (!isReported && this.#trouble !== undefined && isReportable(this.#trouble.kind)) return
    this.#trouble = { kind, action, sinceMs: performance.now() }
    if (isReported) this.#report(`${this.#whatIsWrong(kind)}: ${failure.message}. It is tried again.`)
  }

  /** A call that began then was answered as it should be. */
  answered(action: string, beganMs: number): void {
    const trouble = this.#trouble
    if (trouble === undefined || beganMs < trouble.sinceMs) return
    if (isActionsOwn(trouble.kind) && action !== trouble.action) return
    this.#trouble = undefined
    if (isReportable(trouble.kind)) this.#report(`The queue ${this.#queue} of ${this.#place} is back.`)
  }

  /** For `Queue.condition`. */
  condition(): string | undefined {
    if (this.#trouble === undefined) return undefined
    const { kind, sinceMs } = this.#trouble
    if (kind === 'throttled') return 'waiting: SQS throttles'
    if (kind === 'over-limit') return 'waiting: SQS in-flight limit'
    if (kind === 'gone') return `waiting: queue ${this.#queue} is gone`
    return `waiting: ${this.#whatIsWrong(kind)} since ${duration(performance.now() - sinceMs)}`
  }

  #whatIsWrong(kind: FailureKind): string {
    if (kind === 'gone') return `The queue ${this.#queue} of ${this.#place} is gone`
    if (kind === 'refused') return `${this.#place} refuses`
    return kind === 'failing' ? `${this.#place} fails` : `${this.#place} is unreachable`
  }
}

/** What one kind of call may meet while others go on. */
function isActionsOwn(kind: FailureKind): boolean {
  return kind === 'over-limit' || kind === 'refused' || kind === 'failing'
}

/** What takes long, and somebody may have to do something about. */
function isReportable(kind: FailureKind): boolean {
  return kind !== 'throttled' && kind !== 'over-limit'
}
