/** In the table of the server's properties: the name's length and the name, then `S` for a long string. */
const versionField = Buffer.from('\x07versionS')

/** With what a server answers that speaks another AMQP: four letters, and its version. */
export const otherProtocol: Buffer = Buffer.from('AMQP\0\0\0\0')

const longestGreeting = 131_072

/** Whether these can be the first bytes from a server that speaks AMQP: a method on channel 0, of such a length. */
export function beginsGreeting(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 4) === 'AMQP') return true
  return (
    bytes.length >= 7 && bytes.readUIntBE(0, 3) === 0x01_00_00 && bytes.readUInt32BE(3) <= longestGreeting
  )
}

/** RabbitMQ's version in the frame with which it greets a client; `undefined` when it is not in there. */
export function versionIn(greeting: Uint8Array): string | undefined {
  const bytes = Buffer.from(greeting)
  const start = bytes.indexOf(versionField) + versionField.length
  if (start < versionField.length || bytes.length < start + 4) return undefined
  const version = bytes.toString('utf8', start + 4, start + 4 + bytes.readUInt32BE(start))
  return /^\d+\.\d+/.test(version) ? version : undefined
}

/**
 * Whether a queue may say that its messages come back without limit (`x-delivery-limit: -1`). Before 4.0 there is no
 * limit unless stated, and this one would make a message disappear when it is first given back.
 */
export function knowsUnlimitedDeliveries(version: string | undefined): boolean {
  return version !== undefined && Number.parseInt(version, 10) >= 4
}
