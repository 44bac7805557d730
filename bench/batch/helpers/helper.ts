import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { root } from '../../../scripts/root.ts'

const programs = path.join(import.meta.dirname, '../programs')

/** What a program says without having been asked. */
export interface Word {
  readonly says: string
  readonly value: unknown
}

type Message = Word | { readonly answers: number; readonly value?: unknown; readonly failure?: string }

/** A program of this folder in a process of its own, which does what it is asked. Disposing of it kills it. */
export class Helper implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #name: string
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #ended: Promise<unknown>
  #hear: (word: Word) => void = () => {}
  #count = 0
  static readonly #alive = new Set<Helper>()
  static #isOver = false

  private constructor(name: string, variables: Readonly<Record<string, string>>) {
    this.#name = name
    this.#child = fork(path.join(programs, `${name}.ts`), [], {
      cwd: root,
      env: { ...process.env, NODE_NO_WARNINGS: '1', ...variables },
      execArgv: [...process.execArgv, ...profiling(name)],
      // What it prints is none of the results.
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    this.#ended = once(this.#child, 'exit')
    Helper.#alive.add(this)
    this.#child.on('message', (message: Message) => this.#take(message))
    this.#child.once('exit', (code, signal) => {
      Helper.#alive.delete(this)
      this.#fail(`ended with ${signal ?? code}`)
    })
  }

  /** Starts a program and waits until it has loaded what it needs. */
  static async start(name: string, variables: Readonly<Record<string, string>> = {}): Promise<Helper> {
    if (Helper.#isOver) throw new Error('The benchmark was told to end.')
    const helper = new Helper(name, variables)
    await helper.ask('hello')
    return helper
  }

  /** Kills them all: what was asked of them fails. */
  static killAll(): void {
    for (const helper of Helper.#alive) helper.#child.kill('SIGKILL')
  }

  /** Kills them all, and lets nobody start another. */
  static end(): void {
    Helper.#isOver = true
    Helper.killAll()
  }

  ask<T = unknown>(what: string, value?: unknown): Promise<T> {
    this.#count += 1
    const asked = Promise.withResolvers<unknown>()
    this.#asked.set(this.#count, asked)
    this.#child.send({ asks: this.#count, what, value }, (error) => {
      if (error !== null) asked.reject(error)
    })
    return asked.promise as Promise<T>
  }

  /** Hears what it says unasked from now on. */
  onWord(hear: (word: Word) => void): void {
    this.#hear = hear
  }

  /** Sends it something that is no question of ours. */
  send(message: object): void {
    this.#child.send(message)
  }

  get ended(): Promise<unknown> {
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#asked.clear()
    // A profile is written by a process that may end by itself.
    this.#child.kill(profiling(this.#name).length > 0 ? 'SIGINT' : 'SIGKILL')
    await this.#ended
  }

  #take(message: Message): void {
    if ('says' in message) {
      this.#hear(message)
      return
    }
    const asked = this.#asked.get(message.answers)
    this.#asked.delete(message.answers)
    if (message.failure === undefined) asked?.resolve(message.value)
    else asked?.reject(new Error(`${this.#name}: ${message.failure}`))
  }

  #fail(why: string): void {
    for (const { reject } of this.#asked.values()) reject(new Error(`${this.#name} ${why}.`))
    this.#asked.clear()
  }
}

/** `BENCH_PROFILE=FOLDER` keeps a CPU profile of every process. */
function profiling(name: string): readonly string[] {
  const folder = process.env.BENCH_PROFILE
  if (folder === undefined) return []
  return [
    '--cpu-prof',
    `--cpu-prof-dir=${folder}`,
    `--cpu-prof-name=${name}-${Date.now()}-${Math.random()}.cpuprofile`,
  ]
}
