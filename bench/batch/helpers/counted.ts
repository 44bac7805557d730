import { now } from '../clock.ts'
import { say } from './answer.ts'
import type { Helper } from './helper.ts'

/** What a worker has done, and when it had done the last of it. */
interface Done {
  readonly slices: number
  readonly at: number
}

const sayEveryMs = 20

/** Counts a worker's slices, and tells now and then: a word for each would be a cost of ours. */
export class Counter {
  #done: Done = { slices: 0, at: 0 }
  #said = 0

  constructor() {
    setInterval(() => {
      if (this.#done.slices === this.#said) return
      this.#said = this.#done.slices
      say('done', this.#done)
    }, sayEveryMs)
  }

  /** A slice's effect is committed. */
  add(): void {
    this.#done = { slices: this.#done.slices + 1, at: now() }
  }
}

const silentMs = 60_000

/** Resolves with the moment at which these workers had done so many slices together. */
export function whenDone(workers: readonly Helper[], slices: number): Promise<number> {
  const done = new Map<Helper, Done>()
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`Nothing was done for ${silentMs / 1_000} s.`))
    let silence = setTimeout(late, silentMs)
    for (const worker of workers) {
      worker.ended.then(() => reject(new Error('A worker ended before the work was done.')))
      worker.onWord(({ says, value }) => {
        if (says !== 'done') return
        clearTimeout(silence)
        silence = setTimeout(late, silentMs)
        done.set(worker, value as Done)
        const all = [...done.values()]
        if (all.reduce((sum, one) => sum + one.slices, 0) < slices) return
        clearTimeout(silence)
        resolve(Math.max(...all.map(({ at }) => at)))
      })
    }
  })
}
