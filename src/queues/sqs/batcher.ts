import { mostEntries } from './entries.ts'

interface Waiting<Item, Result> {
  readonly item: Item
  readonly done: (result: Result) => void
}

/** Puts what comes within a few milliseconds into one call, ten at most. */
export class Batcher<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly #afterMs: number
  readonly #running = new Set<Promise<void>>()
  #waiting: Waiting<Item, Result>[] = []
  #timer: NodeJS.Timeout | undefined

  /** `run` answers for each item, in their order, and never throws. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, afterMs: number) {
    this.#run = run
    this.#afterMs = afterMs
  }

  add(item: Item): Promise<Result> {
    return new Promise((done) => {
      this.#waiting.push({ item, done })
      if (this.#waiting.length >= mostEntries) this.#send()
      else this.#timer ??= setTimeout(() => this.#send(), this.#afterMs)
    })
  }

  /** Sends what waits at once, and waits for all of it. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#running.size > 0) {
      this.#send()
      await Promise.all(this.#running)
    }
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting
    this.#waiting = []
    if (batch.length === 0) return
    const running = this.#answer(batch).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #answer(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const results = await this.#run(batch.map(({ item }) => item))
    for (const [index, { done }] of batch.entries()) done(results[index] as Result)
  }
}
