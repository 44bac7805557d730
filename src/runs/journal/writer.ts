import { Bug, PurserError, reasonOf } from '../../core/errors.ts'
import type { FrameBody, Stream } from '../frames.ts'
import type { Outcome } from '../outcomes.ts'
import { type Batch, FrameQueue, type Numbered } from './frame-queue.ts'
import { Keeper } from './keeper.ts'
import { makeReserve, type OutcomeFrame, writeOutcome } from './outcome-file.ts'
import { survey } from './survey.ts'

type OutputBody = Extract<FrameBody, { kind: 'output' }>
type OtherBody = Extract<FrameBody, { kind: 'started' | 'progress' | 'notice' }>

/** The durable record of one attempt's frames, in a folder of its own; see `folder.ts` for what is in it. */
export interface Journal {
  /**
   * Output is not copied, and joined with what comes before and after it. Resolves when there is room for more: a
   * caller that waits for it before it reads on uses little memory, however fast its source is.
   */
  append(output: OutputBody): Promise<void>
  append<Body extends OtherBody>(body: Body): Promise<Numbered & Body>
  /** Writes what is left, then the last frame, durably; also on a full disk. Nothing can be appended any more. */
  outcome(outcome: Outcome): Promise<OutcomeFrame>
}

// How long a frame may wait for others to be written with it.
const idleMs = 2
// How much may wait before the source has to.
const roomBytes = 1_048_576
const largestSegmentBytes = 1_048_576
const smallestSegmentBytes = 4_096

function segmentBytesFor(quotaBytes: number): number {
  return Math.min(largestSegmentBytes, Math.max(smallestSegmentBytes, quotaBytes / 16))
}

/** Begins a journal in a folder that is there. Throws `ATTEMPT_NOT_STARTED` when it cannot be written to. */
export async function openJournal(
  folder: string,
  { quotaBytes, now }: { readonly quotaBytes: number; readonly now: () => number },
): Promise<Journal> {
  const segmentBytes = segmentBytesFor(quotaBytes)
  const keeper = new Keeper(folder, quotaBytes, segmentBytes)
  try {
    await makeReserve(folder)
    await keeper.begin(now())
  } catch (error) {
    throw new PurserError('ATTEMPT_NOT_STARTED', {
      message: `The attempt was not started, since its output cannot be kept in ${folder}: ${reasonOf(error)}.`,
      remedy: 'Make room there, or make the folder writable, and run it again.',
      cause: error,
    })
  }
  return new JournalWriter(folder, keeper, segmentBytes, now)
}

/** A journal whose writer was killed, to be gone on with. */
export interface ResumedJournal {
  readonly journal: Journal
  /** How many bytes of output it has had, by stream; nothing when the quota has cut some out. */
  readonly streams: ReadonlyMap<Stream, number> | undefined
}

/** Goes on with a journal in the place of a writer that is known to be dead. */
export async function resumeJournal(
  folder: string,
  { quotaBytes, now }: { readonly quotaBytes: number; readonly now: () => number },
): Promise<ResumedJournal> {
  const segmentBytes = segmentBytesFor(quotaBytes)
  const keeper = new Keeper(folder, quotaBytes, segmentBytes)
  const segments = await survey(folder)
  keeper.resume(segments)
  const end = segments.at(-1)?.end ?? { cursor: 0, offset: 0 }
  const streams = new Map<Stream, number>()
  for (const [stream, bytes] of segments.flatMap((segment) => [...segment.streams])) {
    streams.set(stream, (streams.get(stream) ?? 0) + bytes)
  }
  const kept = [...streams.values()].reduce((sum, bytes) => sum + bytes, 0)
  return {
    journal: new JournalWriter(folder, keeper, segmentBytes, now, end.cursor),
    streams: kept === end.offset ? streams : undefined,
  }
}

class JournalWriter implements Journal {
  readonly #folder: string
  readonly #keeper: Keeper
  readonly #queue: FrameQueue
  readonly #batchBytes: number
  readonly #now: () => number
  readonly #waitingForRoom: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isWriting = false
  #writing: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(folder: string, keeper: Keeper, segmentBytes: number, now: () => number, cursor = 0) {
    this.#folder = folder
    this.#keeper = keeper
    this.#queue = new FrameQueue(segmentBytes / 16, cursor)
    this.#batchBytes = segmentBytes / 4
    this.#now = now
  }

  append(output: OutputBody): Promise<void>
  append<Body extends OtherBody>(body: Body): Promise<Numbered & Body>
  async append(body: OutputBody | OtherBody): Promise<unknown> {
    if (this.#isOver) throw new Bug(`A ${body.kind} frame came after the outcome.`)
    const frame =
      body.kind === 'output'
        ? this.#queue.addOutput(body.stream, body.bytes, this.#now())
        : this.#queue.add(body, this.#now())
    this.#writeSoon()
    if (this.#queue.bytes > roomBytes) await new Promise<void>((go) => this.#waitingForRoom.push(go))
    return frame
  }

  async outcome(outcome: Outcome): Promise<OutcomeFrame> {
    if (this.#isOver) throw new Bug('An attempt has one outcome.')
    this.#isOver = true
    this.#writeNow()
    await this.#writing
    const output = await this.#keeper.finish()
    return writeOutcome(this.#folder, this.#queue.number({ kind: 'outcome', outcome, output }, this.#now()))
  }

  #writeSoon(): void {
    if (this.#queue.bytes >= this.#batchBytes) this.#write()
    else this.#timer ??= setTimeout(() => this.#writeNow(), idleMs)
  }

  #writeNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#queue.close()
    this.#write()
  }

  #write(): void {
    if (this.#isWriting) return
    this.#isWriting = true
    this.#writing = this.#writeLines()
  }

  async #writeLines(): Promise<void> {
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) {
      await this.#keeper.keep(batch)
      if (this.#queue.bytes <= roomBytes) for (const go of this.#waitingForRoom.splice(0)) go()
    }
    this.#isWriting = false
  }

  #take(): Batch | undefined {
    return this.#queue.take(this.#batchBytes)
  }
}
