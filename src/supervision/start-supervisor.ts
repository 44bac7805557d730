import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { PurserError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { type Holder, readHolder, takeHold } from './holder.ts'
import type { Order } from './order.ts'
import { programFiles } from './program-files.ts'

const startWithinMs = 30_000

/** How a supervisor is started, and what it may ask while its twin waits. */
export interface Answering {
  readonly signal: AbortSignal
  /** Variables that it needs beside a PATH, such as the way to an engine. */
  readonly variables?: Readonly<Record<string, string>>
  /** 1 unless it takes over from one that is dead. */
  readonly generation?: number
  /** Answers its one question. Without, it asks none. */
  readonly answer?: (question: Json) => Promise<Json>
}

/**
 * Starts the process that carries an attempt out and outlives us. Resolves when it holds the attempt, and its question
 * was answered; from then on what happens is in its journal. Throws `ATTEMPT_NOT_STARTED` when it ended before that.
 */
export async function startSupervisor(order: Order, answering: Answering): Promise<void> {
  const { signal, answer } = answering
  signal.throwIfAborted()
  const complaints = path.join(order.folder, 'supervisor.log')
  const supervisor = spawnSupervisor(complaints, answering)
  const ended = once(supervisor, 'exit').then(() => true)
  const input = supervisor.stdin as Writable
  input.on('error', () => {}) // it ended early: `ended` tells
  input.write(`${JSON.stringify(order)}\n`)
  if (answer === undefined) input.end()
  supervisor.unref()
  await holding(order, complaints, ended, answering)
  if (answer === undefined) return
  try {
    await answerOnce(supervisor, answer)
  } finally {
    input.end()
  }
}

function spawnSupervisor(complaints: string, { variables, answer }: Answering): ChildProcess {
  const log = openSync(complaints, 'a', 0o600)
  try {
    return spawn(process.execPath, [programFiles.supervisor], {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...variables, ...compileCache() },
      stdio: ['pipe', 'ignore', log, answer === undefined ? 'ignore' : 'pipe'],
    })
  } finally {
    closeSync(log)
  }
}

async function holding(
  order: Order,
  complaints: string,
  ended: Promise<boolean>,
  { signal, generation = 1 }: Answering,
): Promise<void> {
  const deadline = performance.now() + startWithinMs
  while (!isHeld(readHolder(order.folder), generation)) {
    const hasEnded = await Promise.race([ended, pause(2, false)])
    const isLate = performance.now() > deadline || signal.aborted
    // Whoever takes hold first decides: one that wakes up later finds the attempt abandoned.
    if ((hasEnded || isLate) && (generation > 1 || takeHold(order.folder, { abandoned: true }))) {
      throw notStarted(
        order.attempt,
        hasEnded ? readFileSync(complaints, 'utf8').trim() : 'it did not answer in time',
      )
    }
  }
}

/** By a supervisor of this generation or a later one, or by nobody for ever. */
function isHeld(holder: Holder | undefined, generation: number): boolean {
  return holder !== undefined && ('abandoned' in holder || holder.generation >= generation)
}

/** One that ends without a question has failed before, and its journal says how. */
async function answerOnce(
  supervisor: ChildProcess,
  answer: (question: Json) => Promise<Json>,
): Promise<void> {
  const questions = supervisor.stdio[3] as Readable
  for await (const line of createInterface({ input: questions })) {
    const answered = await answer(JSON.parse(line))
    supervisor.stdin?.write(`${JSON.stringify(answered)}\n`)
    break
  }
  questions.destroy()
}

function compileCache(): NodeJS.ProcessEnv {
  const folder = process.env.NODE_COMPILE_CACHE
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

function notStarted(attempt: string, complaints: string): PurserError {
  return new PurserError('ATTEMPT_NOT_STARTED', {
    message: `The supervisor of attempt ${attempt} started nothing${complaints === '' ? '.' : `: ${complaints}`}`,
    remedy: 'Nothing of the task ran. Mend what it says, and start the run again.',
  })
}
