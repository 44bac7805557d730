const types = { int8: { number: 20, width: 8 }, oid: { number: 26, width: 4 } } as const

const headLength = 20
const emptyLength = 12

/**
 * Numbers in ascending order, as the server's binary format has an array of one dimension (its source, `array_send`). It
 * grows by what is added, and is not made anew.
 */
export class NumberArray {
  readonly #width: 4 | 8
  #count = 0
  #bytes = Buffer.alloc(256)

  constructor(type: keyof typeof types) {
    this.#width = types[type].width
    this.#bytes.writeInt32BE(types[type].number, 8)
    this.#bytes.writeInt32BE(1, 16) // the number of the first
  }

  /** They stay so until another is added. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#count === 0 ? emptyLength : this.#startOf(this.#count))
  }

  /** One that is not there yet. */
  add(value: number): void {
    const place = this.#placeFor(value)
    const [start, end] = [this.#startOf(place), this.#startOf(this.#count)]
    const length = this.#startOf(this.#count + 1)
    if (length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * length)
    this.#bytes.copyWithin(this.#startOf(place + 1), start, end)
    this.#bytes.writeInt32BE(this.#width, start)
    if (this.#width === 8) this.#bytes.writeBigInt64BE(BigInt(value), start + 4)
    else this.#bytes.writeUInt32BE(value, start + 4)
    this.#count += 1
    this.#bytes.writeInt32BE(1, 0)
    this.#bytes.writeInt32BE(this.#count, 12)
  }

  /** Most are greater than all that are there. */
  #placeFor(value: number): number {
    let [low, high] = [0, this.#count]
    if (high > 0 && this.#at(high - 1) < value) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#at(middle) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  #at(place: number): number {
    const start = this.#startOf(place) + 4
    return this.#width === 8 ? Number(this.#bytes.readBigInt64BE(start)) : this.#bytes.readUInt32BE(start)
  }

  #startOf(place: number): number {
    return headLength + place * (4 + this.#width)
  }
}

export function int8(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
