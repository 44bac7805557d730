import type { SliceHint } from './queue.ts'

const format = 1

/** A hint as a message's body. */
export function encodeHint(hint: SliceHint): string {
  const { batch, slice, generation, sending, definition } = hint
  return JSON.stringify({ purser: format, batch, slice, generation, sending, definition })
}

/** The hint in a message's body; or in words why it is none, for a message of another version or of somebody else. */
export function decodeHint(body: string): SliceHint | { readonly foreign: string } {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return { foreign: 'it is no JSON' }
  }
  if (typeof value !== 'object' || value === null || !('purser' in value)) {
    return { foreign: 'it was not sent by purser' }
  }
  const { purser, batch, slice, generation, sending, definition } = value as Record<string, unknown>
  if (purser !== format) {
    return {
      foreign: `its format is ${JSON.stringify(purser)?.slice(0, 20)}, and this purser reads ${format}`,
    }
  }
  const isHint =
    isName(batch) && isCount(slice) && isCount(generation) && isCount(sending) && isName(definition)
  return isHint
    ? { batch, slice, generation, sending, definition }
    : { foreign: 'a part of it is missing or wrong' }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
