import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { parseReport, type Report } from '../../../runs/reports.ts'
import type { OutputChunk } from '../engine/demux.ts'
import { begunRecord } from '../twin/shim.ts'
import { AnswerSieve } from './answer-sieve.ts'
import { RecordSieve } from './record-sieve.ts'

// What an entrypoint may print before the command's turn, and is kept in memory until the attempt has begun.
const openingBytes = 64_000_000

/**
 * What comes out of a twin: first what its entrypoint prints, in it the answer of the probe, then what the task prints,
 * in it the release side's reports. Answer and reports are taken out, and the rest is the attempt's output.
 */
export class TwinOutput {
  readonly stdout = new PassThrough({ highWaterMark: openingBytes })
  readonly stderr = new PassThrough({ highWaterMark: openingBytes })
  readonly #sieves: { readonly stdout: RecordSieve; readonly stderr: RecordSieve }
  readonly #heard: (report: Report) => void
  /** Until the probe has answered. */
  #answering: AnswerSieve | undefined
  /** Whether the shim said that it is becoming the command. */
  hasBegun = false
  readonly #answered = Promise.withResolvers<string | undefined>()

  constructor(nonce: string, heard: (report: Report) => void) {
    this.#answering = new AnswerSieve(nonce)
    this.#sieves = { stdout: new RecordSieve(nonce), stderr: new RecordSieve(nonce) }
    this.#heard = heard
  }

  /** The probe's answer, from its begin mark to its end mark; `undefined` when the output ended without. */
  get answer(): Promise<string | undefined> {
    return this.#answered.promise
  }

  /** Takes in all that the container prints, until it prints no more. */
  async take(chunks: AsyncIterable<OutputChunk>): Promise<void> {
    for await (const { stream, bytes } of chunks) {
      if (stream === 'stdout' && this.#answering !== undefined) await this.#open(this.#answering, bytes)
      else await this.#pass(stream, bytes)
    }
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#answering !== undefined) this.stdout.write(this.#answering.rest())
    this.#answering = undefined
    this.#answered.resolve(undefined)
    for (const stream of ['stdout', 'stderr'] as const) this[stream].end(this.#sieves[stream].rest())
  }

  async #open(answering: AnswerSieve, bytes: Uint8Array): Promise<void> {
    const { before, answer, after } = answering.sift(bytes)
    await this.#pass('stdout', before)
    if (answer === undefined) return
    this.#answering = undefined
    this.#answered.resolve(answer)
    await this.#pass('stdout', after ?? Buffer.alloc(0))
  }

  async #pass(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    for (const sifted of this.#sieves[stream].sift(bytes)) {
      if ('record' in sifted) this.#hear(sifted.record)
      else if (!this[stream].write(sifted.output)) await once(this[stream], 'drain')
    }
  }

  #hear(record: string): void {
    if (record === begunRecord) this.hasBegun = true
    const report = parseReport(record)
    if (report !== undefined) this.#heard(report)
  }
}
