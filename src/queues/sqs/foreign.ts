const remembered = 10_000

/** Messages of somebody else's, or of another version of ours: each is told of once. */
export class ForeignMessages {
  readonly #queue: string
  readonly #report: (sentence: string) => void
  readonly #told = new Set<string>()

  constructor(queue: string, report: (sentence: string) => void) {
    this.#queue = queue
    this.#report = report
  }

  tell(id: string, why: string): void {
    if (this.#told.has(id)) return
    this.#told.add(id)
    const [oldest] = this.#told
    if (this.#told.size > remembered && oldest !== undefined) this.#told.delete(oldest)
    this.#report(`The message ${id} on the SQS queue ${this.#queue} was left alone: ${why}.`)
  }
}
