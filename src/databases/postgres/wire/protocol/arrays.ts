const types = { int8: 20, oid: 26 } as const

/** Numbers as the server's binary format has an array of one dimension (its source, `array_send`). */
export function numbers(type: keyof typeof types, values: readonly number[]): Buffer {
  const width = type === 'int8' ? 8 : 4
  const head = values.length === 0 ? 12 : 20
  const bytes = Buffer.alloc(head + values.length * (4 + width))
  bytes.writeInt32BE(values.length === 0 ? 0 : 1, 0)
  bytes.writeInt32BE(types[type], 8)
  if (values.length > 0) {
    bytes.writeInt32BE(values.length, 12)
    bytes.writeInt32BE(1, 16)
  }
  for (const [index, value] of values.entries()) {
    const at = head + index * (4 + width)
    bytes.writeInt32BE(width, at)
    if (type === 'int8') bytes.writeBigInt64BE(BigInt(value), at + 4)
    else bytes.writeUInt32BE(value, at + 4)
  }
  return bytes
}

export function int8(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
