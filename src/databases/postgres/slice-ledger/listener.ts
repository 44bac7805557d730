import type { Client } from 'pg'
import { connect } from '../connect.ts'

/** What is said of a batch when a worker finds nothing to claim: its lead looks whether it is done. */
export function idleWord(batch: string): string {
  return `${batch} idle`
}

/** Hears what is said of a batch, on a connection of its own, which is opened again when it was cut. */
export class Listener implements AsyncDisposable {
  readonly #url: string
  readonly #words: readonly string[] | undefined
  readonly #waiting = new Set<() => void>()
  #client: Promise<Client> | undefined
  // What was heard while nobody waited must not be missed.
  #isUnheard = false

  /** Without words it hears all. */
  constructor(url: string, words?: readonly string[]) {
    this.#url = url
    this.#words = words
  }

  /** Begins to listen, so that the first wait need not. Where that fails now, it is tried again at the next wait. */
  async listen(): Promise<void> {
    this.#client ??= this.#connect()
    await this.#client.catch(() => {
      this.#client = undefined // until then, time alone wakes
    })
  }

  /** Resolves after so long, or as soon as something was heard since the last time. */
  async change(withinMs: number, signal: AbortSignal): Promise<void> {
    await this.listen()
    if (this.#isUnheard || signal.aborted) {
      this.#isUnheard = false
      return
    }
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, withinMs)
      signal.addEventListener('abort', wake)
      this.#waiting.add(wake)
    })
    this.#isUnheard = false
  }

  async #connect(): Promise<Client> {
    const client = await connect(this.#url, undefined, { name: 'purser batch' })
    client.once('end', () => {
      this.#client = undefined
      this.#hear()
    })
    client.on('notification', ({ payload }) => {
      if (this.#words === undefined || this.#words.includes(payload ?? '')) this.#hear()
    })
    await client.query('listen purser')
    this.#isUnheard = true // what was said before it listened
    return client
  }

  #hear(): void {
    this.#isUnheard = true
    for (const wake of [...this.#waiting]) wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    client?.removeAllListeners('end')
    await client?.end().catch(() => {})
  }
}
