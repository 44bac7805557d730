import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { probeEnd } from '../../../environment/probe/parse.ts'
import { beginMark } from '../../../environment/probe/protocol.ts'
import { parseReport, type Report } from '../../../runs/reports.ts'
import type { OutputChunk } from '../engine/demux.ts'
import { RecordSieve } from './record-sieve.ts'

// What an entrypoint may print before the command's turn, and is kept in memory until the attempt has begun.
const openingBytes = 8_000_000
// More than any probe answers: a thousand variables.
const longestAnswer = 4_000_000

/**
 * What comes out of a twin: first what its entrypoint prints, in it the answer of the probe, then what the task prints,
 * in it the release side's reports. Answer and reports are taken out, and the rest is the attempt's output.
 */
export class TwinOutput {
  readonly stdout = new PassThrough({ highWaterMark: openingBytes })
  readonly stderr = new PassThrough({ highWaterMark: openingBytes })
  readonly #nonce: string
  readonly #sieves: { readonly stdout: RecordSieve; readonly stderr: RecordSieve }
  readonly #heard: (report: Report) => void
  /** The beginning of stdout, until the probe has answered. */
  #opening: Buffer | undefined = Buffer.alloc(0)
  readonly #answered = Promise.withResolvers<string | undefined>()

  constructor(nonce: string, heard: (report: Report) => void) {
    this.#nonce = nonce
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
      if (stream === 'stdout' && this.#opening !== undefined) await this.#open(bytes)
      else await this.#pass(stream, bytes)
    }
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#opening !== undefined) this.stdout.write(this.#opening)
    this.#opening = undefined
    this.#answered.resolve(undefined)
    for (const stream of ['stdout', 'stderr'] as const) this[stream].end(this.#sieves[stream].rest())
  }

  async #open(bytes: Uint8Array): Promise<void> {
    const opening = Buffer.concat([this.#opening ?? Buffer.alloc(0), bytes])
    const end = probeEnd(opening, this.#nonce)
    if (end === undefined && opening.length <= longestAnswer) {
      this.#opening = opening
      return
    }
    this.#opening = undefined
    if (end === undefined) {
      // an entrypoint without end, which never comes to the command: it is stopped when its time is up
      return this.#pass('stdout', opening)
    }
    const begin = opening.indexOf(`${beginMark(this.#nonce)}\n`)
    await this.#pass('stdout', opening.subarray(0, begin))
    this.#answered.resolve(opening.toString('utf8', begin, end))
    await this.#pass('stdout', opening.subarray(end))
  }

  async #pass(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
    for (const sifted of this.#sieves[stream].sift(bytes)) {
      if ('record' in sifted) this.#hear(sifted.record)
      else if (!this[stream].write(sifted.output)) await once(this[stream], 'drain')
    }
  }

  #hear(record: string): void {
    const report = parseReport(record)
    if (report !== undefined) this.#heard(report)
  }
}
