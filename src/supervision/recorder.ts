import { createRedactor, type Redactor } from '../core/redaction/redactor.ts'
import type { Containment, FrameBody, Stream } from '../runs/frames.ts'
import { type Journal, openJournal, resumeJournal } from '../runs/journal/writer.ts'
import type { Outcome } from '../runs/outcomes.ts'
import type { Report } from '../runs/reports.ts'
import { readLook } from './look-file.ts'
import { LookKeeper } from './look-keeper.ts'
import type { Order } from './order.ts'

const longestLabel = 200
const longestEscape = 300
const mostEscapes = 100

/** Keeps what happens to an attempt: redacted, in its journal, and the latest where others can look. */
export class Recorder {
  readonly #journal: Journal
  readonly #redactor: Redactor
  readonly #look: LookKeeper
  readonly #escapes = new Set<string>()

  private constructor(journal: Journal, redactor: Redactor, look: LookKeeper) {
    this.#journal = journal
    this.#redactor = redactor
    this.#look = look
  }

  /** Throws `ATTEMPT_NOT_STARTED` when its folder can't be written to. */
  static async open({ folder, quotaBytes, secrets }: Order): Promise<Recorder> {
    const redactor = createRedactor(secrets)
    const journal = await openJournal(folder, { quotaBytes, now: Date.now })
    const recorder = new Recorder(journal, redactor, new LookKeeper(folder))
    if (redactor.tooShort.length > 0) await recorder.notice(tooShortNotice(redactor))
    return recorder
  }

  /** Goes on in the place of a supervisor that is dead; tells how much of each stream that one had kept. */
  static async resume({ folder, quotaBytes, secrets }: Order) {
    const { journal, streams } = await resumeJournal(folder, { quotaBytes, now: Date.now })
    const recorder = new Recorder(journal, createRedactor(secrets), new LookKeeper(folder, readLook(folder)))
    return { recorder, streams }
  }

  async started(start: { readonly pid: number; readonly containment: Containment } & Parity): Promise<void> {
    this.#look.started(await this.#journal.append({ kind: 'started', ...start }))
  }

  async progress({ label, rests, ...report }: Report): Promise<void> {
    const shown = (text: string) => this.#redactor.text(text).slice(0, longestLabel)
    const words = {
      ...(label === undefined ? {} : { label: shown(label) }),
      ...(rests === undefined ? {} : { rests: shown(rests) }),
    }
    this.#look.progress(await this.#journal.append({ ...report, ...words }))
  }

  async notice(text: string): Promise<void> {
    await this.#journal.append({ kind: 'notice', text })
  }

  /** A twin that is kept apart has tried to reach something. Of a hundred and more, the first are kept. */
  async escape(to: string): Promise<void> {
    const shown = this.#redactor.text(to).slice(0, longestEscape)
    if (this.#escapes.has(shown) || this.#escapes.size >= mostEscapes) return
    this.#escapes.add(shown)
    this.#look.escaped(shown)
    await this.notice(`It tried to reach ${shown}, and was kept from it: nothing was sent there.`)
  }

  /**
   * Moves a stream into the journal, redacted, until it ends. A chunk is read when the one before it is kept, so a fast
   * task waits for the disk and memory stays flat. The first `skipped` bytes, once redacted, are there already.
   */
  async capture(output: AsyncIterable<Uint8Array>, stream: Stream, skipped = 0): Promise<void> {
    const redaction = this.#redactor.stream()
    let toSkip = skipped
    const keep = async (redacted: Uint8Array) => {
      const bytes = redacted.subarray(Math.min(toSkip, redacted.length))
      toSkip -= redacted.length - bytes.length
      if (bytes.length > 0) await this.#journal.append({ kind: 'output', stream, bytes })
    }
    try {
      for await (const chunk of output) await keep(redaction.write(chunk))
    } catch {
      // Cut off because the task left a descendant with the pipe in its hand; what came before is kept.
    }
    await keep(redaction.end())
  }

  /** Writes the last frame. Nothing can be recorded any more. */
  async end(outcome: Outcome): Promise<void> {
    this.#look.ended(await this.#journal.outcome(outcome))
  }
}

type Parity = Pick<Extract<FrameBody, { kind: 'started' }>, 'parity'>

function tooShortNotice({ tooShort }: Redactor): string {
  return `Not redacted, because it is too short or too ordinary a word: the value of ${tooShort.join(', ')}.`
}
