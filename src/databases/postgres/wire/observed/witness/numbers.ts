import { NumberArray } from '../../protocol/arrays.ts'

/** The first so many of numbers that more are added to. */
export interface Portion {
  readonly of: Numbers
  readonly count: number
}

/** Numbers that are known, of locks or tables, in the order in which they became so. There may be thousands. */
export class Numbers {
  readonly #type: 'int8' | 'oid'
  readonly #places = new Map<number, number>()
  readonly #array: NumberArray

  constructor(type: 'int8' | 'oid', numbers: Iterable<number> = []) {
    this.#type = type
    this.#array = new NumberArray(type)
    for (const one of numbers) this.add(one)
  }

  /** Those that are there now. */
  get all(): Portion {
    return { of: this, count: this.#places.size }
  }

  /** As a parameter of a question that is sent before another is added. */
  get parameter(): Buffer {
    return this.#array.bytes
  }

  has(one: number): boolean {
    return this.#places.has(one)
  }

  /** Whether it was among the first so many. */
  isAmong(one: number, count: number): boolean {
    return (this.#places.get(one) ?? count) < count
  }

  add(one: number): void {
    if (this.#places.has(one)) return
    this.#places.set(one, this.#places.size)
    this.#array.add(one)
  }

  /** The first so many, and others. */
  with(others: Iterable<number>, count: number): Numbers {
    return new Numbers(this.#type, [...[...this].slice(0, count), ...others])
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#places.keys()
  }
}
