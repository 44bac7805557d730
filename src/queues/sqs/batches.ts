import { createHash } from 'node:crypto'
import type { SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { encodeHint } from '../hint-codec.ts'
import type { SliceHint } from '../queue.ts'
import { mostEntries } from './entries.ts'

/** SQS takes 1 MiB a call, bodies and names together; what else is in an entry has its room beside this. */
const mostBytes = 1_048_576 - 16_384

/** A hint on its way. */
export interface Outgoing {
  readonly hint: SliceHint
  readonly entry: SendMessageBatchRequestEntry & { readonly Id: string }
}

/** Hints as the entries of batch calls, as few as there can be. */
export function batchesOf(hints: readonly SliceHint[], isFifo: boolean): readonly (readonly Outgoing[])[] {
  const batches: Outgoing[][] = []
  let bytes = 0
  for (const hint of hints) {
    const body = encodeHint(hint)
    bytes += Buffer.byteLength(body)
    const last = batches.at(-1)
    const isFull = last === undefined || last.length === mostEntries || bytes > mostBytes
    const batch = isFull ? [] : last
    if (isFull) {
      batches.push(batch)
      bytes = Buffer.byteLength(body)
    }
    const entry = { Id: String(batch.length), MessageBody: body, ...(isFifo && inOrder(hint)) }
    batch.push({ hint, entry })
  }
  return batches
}

/**
 * A group is handed out one message at a time, so each slice is one. What is sent again within five minutes must not be
 * taken for a copy, so the deduplication counts the sendings. Both are digests: SQS takes neither every character nor
 * every length.
 */
function inOrder({ batch, slice, generation, sending }: SliceHint) {
  return {
    MessageGroupId: digestOf([batch, slice]),
    MessageDeduplicationId: digestOf([batch, slice, generation, sending]),
  }
}

function digestOf(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
