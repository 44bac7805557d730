/**
 * What Ctrl-C and its like mean to a command that follows a run: the first time, to cancel it, also when that comes
 * while it is still being started; the second time, or when the terminal closes, to leave it to itself.
 */
export class Interruption {
  readonly #leaving = new AbortController()
  readonly #first = Promise.withResolvers<void>()

  constructor() {
    const interrupt = () => {
      this.#first.resolve()
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.off(signal, interrupt).on(signal, this.#leave)
    }
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', this.#leave)
  }

  /** Aborts when the run is to be left to itself. */
  get leave(): AbortSignal {
    return this.#leaving.signal
  }

  onFirst(cancel: () => Promise<void>): void {
    this.#first.promise.then(cancel).catch(this.#leave)
  }

  readonly #leave = () => this.#leaving.abort()
}
