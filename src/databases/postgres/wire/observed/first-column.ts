/** A count of columns, a length, the text. */
export function firstColumn(row: Buffer): string | undefined {
  const length = row.readInt32BE(7)
  return length < 0 ? undefined : row.toString('utf8', 11, 11 + length)
}
