/** A message of PostgreSQL's protocol (its manual, "Message Formats"). */
export function message(type: string, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), packet(...parts)])
}

/** A message without a type, as the first of a connection is. */
export function packet(...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([int32(body.length + 4), body])
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

/** Text that ends with a zero byte. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

/** What a connection asks for with its start. Values are bytes: their encoding is the client's. */
export type Parameters = ReadonlyMap<string, Buffer>

/** The start of a session, in this version of the protocol (major in the upper 16 bits). */
export function startup(version: number, parameters: Parameters): Buffer {
  const pairs = [...parameters].flatMap(([name, value]) => [Buffer.from(name, 'latin1'), zero, value, zero])
  return packet(int32(version), ...pairs, zero)
}

const zero = Buffer.alloc(1)

export interface Failure {
  /** The SQLSTATE (its manual, appendix A). */
  readonly state: string
  readonly message: string
  readonly hint?: string
}

/** Says that the session is over, and why. */
export function fatal(failure: Failure): Buffer {
  return errorResponse('FATAL', failure)
}

/** Says that what was asked for is not done, and why. */
export function error(failure: Failure): Buffer {
  return errorResponse('ERROR', failure)
}

function errorResponse(severity: string, { state, message: sentence, hint }: Failure): Buffer {
  const fields = [
    ['S', severity],
    ['V', severity],
    ['C', state],
    ['M', sentence],
    ...(hint === undefined ? [] : [['H', hint]]),
  ]
  return message('E', ...fields.map((field) => text(field.join(''))), zero)
}
