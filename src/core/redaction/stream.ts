import { type Hiding, hide } from './hiding.ts'

/** Joined, what it returns is the redaction of what was written, however that was cut. It may return its argument. */
export interface RedactingStream {
  /** Keeps back only a tail that may be the beginning of a secret: less than the longest form of any. */
  write(chunk: Uint8Array): Uint8Array
  /** What was kept back. */
  end(): Uint8Array
}

const nothing = new Uint8Array(0)

export const passThrough: RedactingStream = { write: (chunk) => chunk, end: () => nothing }

/** Redacts one stream that comes in pieces. */
export function redactingStream(hiding: Hiding): RedactingStream {
  let kept: Uint8Array = nothing
  let covered = 0

  function advance(bytes: Uint8Array, settled: number): Uint8Array {
    const hidden = hide({ bytes, covered, settled }, hiding)
    covered = hidden.covered
    // a copy, so that a few kept bytes do not hold the whole chunk
    kept = settled < bytes.length ? new Uint8Array(bytes.subarray(settled)) : nothing
    return joined(hidden.shown)
  }

  return {
    write(chunk) {
      const bytes = joined([kept, chunk].filter(({ length }) => length > 0))
      return advance(bytes, hiding.matcher.unsettled(bytes))
    },
    end: () => advance(kept, kept.length),
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first = nothing, ...others] = parts
  return others.length === 0 ? first : Buffer.concat(parts)
}
