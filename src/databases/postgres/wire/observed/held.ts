import type { Receiver } from './expected.ts'

/**
 * Hands the server's answers on to the client, but for the last word that a statement is done, and for an error: what they
 * mean is known only once the transaction has ended.
 */
export class Held implements Receiver {
  readonly readsRows = false
  readonly #tell: (bytes: Buffer) => void
  #done: Buffer | undefined
  #isLetGo = false
  #isErrorTold = false
  readonly #wasDescribed: boolean
  #isDescribed = false
  #finish: (how: 'answered' | 'ignored') => void = () => {}
  /** The server has begun the transaction around it: it is still listening then. */
  isBegun = false
  /** What the server said was wrong. */
  error: Buffer | undefined

  /** `isDescribed`: the client knows already what the rows look like that come. */
  constructor(tell: (bytes: Buffer) => void, isDescribed = false) {
    this.#tell = tell
    this.#wasDescribed = isDescribed
  }

  /** Whether the client knows what the rows look like, if any come. */
  get isDescribed(): boolean {
    return this.#wasDescribed || this.#isDescribed
  }

  /** Resolves when the server is ready for more, or has ignored that it was asked to be. */
  finished(): Promise<'answered' | 'ignored'> {
    return new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  take(type: string, bytes: Buffer): boolean {
    if (this.#isLetGo) return true
    if (type === 'Z') {
      this.#finish('answered')
      return false
    }
    if (type === 'E') {
      this.error = bytes
      return false
    }
    this.release()
    if (type === 'T') {
      this.#isDescribed = true
      return !this.#wasDescribed
    }
    if (!'CIs'.includes(type)) return true
    this.#done = bytes
    return false
  }

  /** What was wrong, if nobody has taken it to tell it. */
  takeError(): Buffer | undefined {
    const untold = this.#isErrorTold ? undefined : this.error
    this.#isErrorTold ||= untold !== undefined
    return untold
  }

  ignored(): void {
    this.#finish('ignored')
  }

  /** Gives the client what it was not told yet. */
  release(): void {
    if (this.#done !== undefined) this.#tell(this.#done)
    this.#done = undefined
  }

  /** From now on, nothing is held back. */
  letGo(): void {
    this.release()
    this.#isLetGo = true
  }
}
