import type { Duplex } from 'node:stream'
import { demultiplex } from '../engine/demux.ts'

const keptComplaints = 2_000

/** What a container of ours has told so far. */
export interface Heard {
  /** Rejects when it has ended, with `what` and its last complaints. */
  readonly ended: Promise<never>
  /** What it printed. */
  printed(): string
}

/** Listens to a container of ours until it has ended; `what` names it in a sentence: "what keeps the twin apart". */
export function hear(connection: Duplex, what: string): Heard {
  let printed = ''
  let complaints = ''
  const listen = async (): Promise<never> => {
    try {
      for await (const { stream, bytes } of demultiplex(connection)) {
        if (stream === 'stdout') printed += Buffer.from(bytes)
        else complaints = (complaints + Buffer.from(bytes)).slice(-keptComplaints)
      }
    } catch {
      // the connection broke: what was heard so far is told
    }
    throw new Error(`${what} ended${said(complaints)}`)
  }
  const ended = listen()
  ended.catch(() => {}) // whoever waits for it hears
  return { ended, printed: () => printed }
}

/** What it complained of, without where in its sources. */
function said(complaints: string): string {
  const lines = complaints.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
  return lines.length === 0 ? '' : `: ${lines.map((line) => line.trim()).join('; ')}`
}
