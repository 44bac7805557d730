import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { PurserError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { type Holder, readHolder, takeHold } from './holder.ts'
import type { Order } from './order.ts'
import type { Standby } from './standby.ts'

const startWithinMs = 30_000

/** How a supervisor is started, and what it may ask while its twin waits. */
export interface Answering {
  readonly signal: AbortSignal
  /** 1 unless it takes over from one that is dead. */
  readonly generation?: number
  /** Answers its one question. Without, it asks none. */
  readonly answer?: (question: Json) => Promise<Json>
}

/**
 * Gives the process that stands by the order to carry an attempt out; it outlives us. Resolves when it holds the attempt,
 * and its question was answered; from then on what happens is in its journal. Throws `ATTEMPT_NOT_STARTED` when it ended
 * before that.
 */
export async function startSupervisor(standby: Standby, order: Order, answering: Answering): Promise<void> {
  const { signal, answer } = answering
  signal.throwIfAborted()
  using _untilAnswered = standby
  standby.input.write(`${JSON.stringify(order)}\n`)
  if (answer === undefined) standby.input.end()
  await holding(standby, order, answering)
  if (answer !== undefined) await answerOnce(standby, answer)
}

async function holding(standby: Standby, order: Order, { signal, generation = 1 }: Answering): Promise<void> {
  const deadline = performance.now() + startWithinMs
  while (!isHeld(readHolder(order.folder), generation)) {
    const hasEnded = await Promise.race([standby.ended, pause(2, false)])
    const isLate = performance.now() > deadline || signal.aborted
    // Whoever takes hold first decides: one that wakes up later finds the attempt abandoned.
    if ((hasEnded || isLate) && (generation > 1 || takeHold(order.folder, { abandoned: true }))) {
      throw notStarted(order.attempt, hasEnded ? standby.complaints : 'it did not answer in time')
    }
  }
}

/** By a supervisor of this generation or a later one, or by nobody for ever. */
function isHeld(holder: Holder | undefined, generation: number): boolean {
  return holder !== undefined && ('abandoned' in holder || holder.generation >= generation)
}

/** One that ends without a question has failed before, and its journal says how. */
async function answerOnce(
  { input, questions }: Standby,
  answer: (question: Json) => Promise<Json>,
): Promise<void> {
  for await (const line of createInterface({ input: questions })) {
    const answered = await answer(JSON.parse(line))
    input.write(`${JSON.stringify(answered)}\n`)
    return
  }
}

function notStarted(attempt: string, complaints: string): PurserError {
  return new PurserError('ATTEMPT_NOT_STARTED', {
    message: `The supervisor of attempt ${attempt} started nothing${complaints === '' ? '.' : `: ${complaints}`}`,
    remedy: 'Nothing of the task ran. Mend what it says, and start the run again.',
  })
}
