/** The texts that a message has from here on, as far as they are texts. */
export function textsIn(bytes: Buffer, from: number): readonly [string?, string?] {
  const first = bytes.indexOf(0, from)
  const second = bytes.indexOf(0, first + 1)
  return [
    bytes.toString('latin1', from, first),
    bytes.toString('latin1', first + 1, second < 0 ? bytes.length : second),
  ]
}
