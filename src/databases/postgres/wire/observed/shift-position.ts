import { message } from '../protocol/write.ts'

/** An error's message, whose position counts from the beginning of a longer text (so many characters before). */
export function shiftPosition(bytes: Buffer, characters: number): Buffer {
  if (characters === 0) return bytes
  const fields = bytes.toString('latin1', 5).split('\0')
  const shifted = fields.map((field) =>
    /^P\d+$/.test(field) ? `P${Number(field.slice(1)) + characters}` : field,
  )
  return message('E', Buffer.from(shifted.join('\0'), 'latin1'))
}
