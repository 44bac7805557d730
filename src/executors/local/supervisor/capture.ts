import type { Socket } from 'node:net'
import type { Redactor } from '../../../core/redaction/redactor.ts'
import type { Stream } from '../../../runs/frames.ts'
import type { Journal } from '../../../runs/journal/writer.ts'

/**
 * Moves a stream into the journal, redacted, until it ends. A chunk is read when the one before it is kept, so a fast
 * task waits for the disk and memory stays flat.
 */
export async function capture(
  output: Socket,
  stream: Stream,
  redactor: Redactor,
  journal: Journal,
): Promise<void> {
  const redaction = redactor.stream()
  const keep = async (bytes: Uint8Array) => {
    if (bytes.length > 0) await journal.append({ kind: 'output', stream, bytes })
  }
  try {
    for await (const chunk of output) await keep(redaction.write(chunk))
  } catch {
    // Cut off because the task left a descendant with the pipe in its hand; what came before is kept.
  }
  await keep(redaction.end())
}
