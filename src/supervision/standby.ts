import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { programFiles } from './program-files.ts'

const keptComplaints = 4_000

/**
 * A supervisor's process that waits for its order: started ahead of time, it is up when the gates have passed. One that
 * gets no order ends with whoever started it.
 */
export class Standby implements Disposable {
  readonly #child: ChildProcess
  #complaints = ''
  /** Resolves with `true` when it has ended. */
  readonly ended: Promise<true>

  /** `variables` are what it needs beside a PATH, such as the way to an engine. */
  constructor(
    kind: 'local' | 'docker' | 'docker-takeover',
    variables: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(process.execPath, [programFiles.supervisor, kind], {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...variables, ...compileCache() },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    })
    this.ended = once(this.#child, 'exit').then(() => true)
    this.input.on('error', () => {}) // it ended early: `ended` tells
    const errors = this.#child.stderr as Readable
    errors.setEncoding('utf8')
    errors.on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-keptComplaints)
    })
    this.#child.unref()
    for (const stream of [this.input, errors]) unref(stream)
  }

  get input(): Writable {
    return this.#child.stdin as Writable
  }

  /** What it asks, one JSON value a line. */
  get questions(): Readable {
    return this.#child.stdio[3] as Readable
  }

  /** What it printed on stderr. */
  get complaints(): string {
    return this.#complaints.trim()
  }

  /** Without an order it ends; with one it goes on by itself. */
  [Symbol.dispose](): void {
    this.input.end()
    this.questions.destroy()
  }
}

/** A pipe of a process that may outlive us must not keep us. */
function unref(stream: Readable | Writable): void {
  if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
}

function compileCache(): NodeJS.ProcessEnv {
  const folder = process.env.NODE_COMPILE_CACHE
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}
