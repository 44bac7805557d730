import { rm } from 'node:fs/promises'
import path from 'node:path'
import { exitCodes, failedWith, PurserError } from '../core/errors.ts'
import type { Execution, Look } from '../executors/executor.ts'
import type { Frame } from '../runs/frames.ts'
import { digestOf } from '../runs/journal/digest.ts'
import { readOutcome } from '../runs/journal/outcome-file.ts'
import { readFrames } from '../runs/journal/reader.ts'
import { isAlive } from '../runs/process-identity.ts'
import { readHolder, type Supervision } from './holder.ts'
import { readLook } from './look-file.ts'
import { noteStop } from './stop-note.ts'

// How much longer than the grace a supervisor may take to end its task before it is ended itself.
const patienceMs = 5_000
const pulseMs = 500

/**
 * What an executor does about an attempt without an outcome whose supervisor is dead: ends what is left of it and
 * writes the outcome, or has another supervisor take over. Any number of processes may try at once.
 */
export type Salvage = (folder: string, supervision: Supervision) => Promise<void>

/** An attempt as its folder tells it. */
export class SupervisedExecution implements Execution {
  readonly #folder: string
  readonly #salvage: Salvage

  constructor(folder: string, salvage: Salvage) {
    this.#folder = folder
    this.#salvage = salvage
  }

  async look(): Promise<Look> {
    const look = readLook(this.#folder)
    if (look.ended !== undefined) return look
    const ended = await readOutcome(this.#folder)
    // what was told last is kept before the outcome, and may not have been there a moment ago
    return ended === undefined ? look : { ...readLook(this.#folder), ended }
  }

  async *frames(options: { readonly follow: boolean; readonly signal?: AbortSignal }): AsyncIterable<Frame> {
    // A supervisor that is killed writes no last frame: whoever follows has to notice.
    const pulse = options.follow ? setInterval(this.#lookAfter, pulseMs) : undefined
    try {
      yield* readFrames(this.#folder, options)
    } catch (error) {
      throw failedWith(error, 'ENOENT') ? this.#removed(error) : error
    } finally {
      clearInterval(pulse)
    }
  }

  outputDigest(): Promise<string> {
    return digestOf(this.#folder)
  }

  async stop(): Promise<void> {
    const supervision = this.#supervision()
    if (supervision === undefined) return
    if (isAlive(supervision.supervisor)) this.#askToEnd(supervision.supervisor.pid)
    if (await this.#endsWithin(supervision.graceMs + patienceMs)) return
    // It is suspended, or hangs in the kernel: end it, and what it held.
    noteStop(this.#folder)
    killIfAlive(supervision)
    await this.#salvage(this.#folder, supervision)
  }

  async discard(): Promise<void> {
    // its supervisor may be writing its last word still
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }

  #askToEnd(supervisor: number): void {
    try {
      process.kill(supervisor, 'SIGTERM')
    } catch (error) {
      if (failedWith(error, 'EPERM')) throw this.#anothers(error)
      // it has ended meanwhile
    }
  }

  async #endsWithin(ms: number): Promise<boolean> {
    for await (const frame of this.frames({ follow: true, signal: AbortSignal.timeout(ms) })) {
      if (frame.kind === 'outcome') return true
    }
    return false
  }

  // What fails now (a full disk) is tried again at the next pulse.
  readonly #lookAfter = () => void this.#endIfUnsupervised().catch(() => {})

  async #endIfUnsupervised(): Promise<void> {
    const supervision = this.#supervision()
    if (supervision === undefined || isAlive(supervision.supervisor)) return
    if ((await readOutcome(this.#folder)) !== undefined) return
    await this.#salvage(this.#folder, supervision)
  }

  #anothers(cause: unknown): PurserError {
    return new PurserError('ATTEMPT_UNREACHABLE', {
      message: `Attempt ${path.basename(this.#folder)} belongs to another user of this machine, and can't be stopped by this one.`,
      remedy:
        'Cancel it as the user who started it, or as root. It is recorded that the cancel was asked for.',
      cause,
    })
  }

  #removed(cause: unknown): PurserError {
    return new PurserError('ATTEMPT_UNREACHABLE', {
      message: `The record of attempt ${path.basename(this.#folder)} was removed from ${path.dirname(this.#folder)} while it was being read.`,
      remedy:
        'What it kept of the output is lost. Look with `ps` whether the task still works, and leave that folder to purser.',
      exitCode: exitCodes.lost,
      cause,
    })
  }

  #supervision(): Supervision | undefined {
    const holder = readHolder(this.#folder)
    return holder !== undefined && 'supervisor' in holder ? holder : undefined
  }
}

function killIfAlive({ supervisor }: Supervision): void {
  if (!isAlive(supervisor)) return
  try {
    process.kill(supervisor.pid, 'SIGKILL')
  } catch {
    // ended meanwhile, or not ours to signal: what becomes of the attempt shows
  }
}
