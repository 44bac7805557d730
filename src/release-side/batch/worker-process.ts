import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { SliceWorkerOrder, SliceWorkerWord } from './slice-worker.ts'

const silentMs = 30_000

/** How a worker's process ended. */
export interface WorkerEnd {
  readonly name: string
  readonly code: number | null
  /** Whether it had its task and its database. */
  readonly hadBegun: boolean
  /** Whether it ended on purpose: a handler may exit with any code. */
  readonly isOver: boolean
}

/** A worker in a process of its own, watched over: one whose event loop stands still is killed. */
export class WorkerProcess {
  readonly name: string
  readonly ended: Promise<WorkerEnd>
  readonly #child: ChildProcess
  #watch: NodeJS.Timeout
  #hadBegun = false
  #isOver = false

  constructor(order: SliceWorkerOrder, waits: (what: string | undefined) => void) {
    this.name = order.name
    this.#child = fork(process.argv[1] ?? '', ['slice-worker'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: process.execArgv,
    })
    this.#watch = this.#await()
    this.#child.on('message', (word: SliceWorkerWord) => {
      clearTimeout(this.#watch)
      this.#watch = this.#await()
      if (word.says === 'begun') this.#hadBegun = true
      if (word.says === 'over') this.#isOver = true
      if (word.says === 'waits') waits(word.what ?? undefined)
    })
    this.#child.on('error', () => {}) // it could not be started or told: its end says so
    this.#child.send(order)
    this.ended = this.#end()
  }

  /** Its batch is on record. */
  begin(): void {
    this.#child.send({})
  }

  /** Lets it end within the slice at work; at once before it has begun. */
  drain(): void {
    this.#child.kill('SIGTERM')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #await(): NodeJS.Timeout {
    return setTimeout(() => this.kill(), silentMs)
  }

  async #end(): Promise<WorkerEnd> {
    const [code] = await once(this.#child, 'exit').catch(() => [null])
    clearTimeout(this.#watch)
    return { name: this.name, code, hadBegun: this.#hadBegun, isOver: this.#isOver }
  }
}
