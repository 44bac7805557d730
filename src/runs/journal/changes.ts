import { type FSWatcher, watch } from 'node:fs'

// Where the system tells of changes, a look now and then is for what it missed; else it is all there is.
const rarelyMs = 1_000
const oftenMs = 50

/** Wakes whoever waits for something to happen in a folder. */
export class Changes {
  #watcher: FSWatcher | undefined
  #happened = false
  #wake: (() => void) | undefined
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = () => this.#tell()

  constructor(folder: string, signal: AbortSignal | undefined) {
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort)
    try {
      this.#watcher = watch(folder, () => this.#tell())
      this.#watcher.on('error', () => this.#stopWatching())
    } catch {
      // a system has only so many watches
    }
  }

  /** Resolves when something happened since the last time, also when the signal was aborted, or at the latest soon. */
  async next(): Promise<void> {
    if (!this.#happened && !this.#signal?.aborted) {
      const timer = setTimeout(() => this.#tell(), this.#watcher ? rarelyMs : oftenMs)
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
      clearTimeout(timer)
    }
    this.#happened = false
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#stopWatching()
  }

  #tell(): void {
    this.#happened = true
    this.#wake?.()
  }

  #stopWatching(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }
}
