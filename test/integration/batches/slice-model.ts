/** A slice, as it must be. Its rows are numbered from `first` to `last`. */
export interface ModelSlice {
  readonly number: number
  readonly generation: number
  readonly first: number
  readonly last: number
  state: 'waiting' | 'claimed' | 'done' | 'halved' | 'buried'
  /** Which of all claims it is claimed under. */
  claim?: number
  tries: number
  isRisky: boolean
  isReplayed?: boolean
}

/** What a slice ledger must be like, in a few lines: no leases, no clocks, no tokens, no transactions. */
export class SliceModel {
  readonly slices = new Map<number, ModelSlice>()
  readonly applied: number[]
  state: 'running' | 'paused' | 'cancelled' | 'failed' = 'running'
  speed = 1
  #cursor = 0
  #next = 1

  constructor(rows: number) {
    this.applied = new Array(rows).fill(0)
  }

  get mayGoOn(): boolean {
    return this.state === 'running' && this.speed > 0
  }

  all(state: ModelSlice['state']): readonly ModelSlice[] {
    return [...this.slices.values()].filter((slice) => slice.state === state)
  }

  /** Returns how many slices there are to be. */
  extend(slices: number, rows: number): number {
    let planned = 0
    for (; planned < slices && this.#cursor < this.applied.length; planned += 1) {
      const last = Math.min(this.applied.length, this.#cursor + rows)
      this.#add({ generation: 0, first: this.#cursor + 1, last, tries: 0 })
      this.#cursor = last
    }
    return planned
  }

  holds(number: number, claim: number): ModelSlice | undefined {
    const slice = this.slices.get(number)
    return slice?.state === 'claimed' && slice.claim === claim ? slice : undefined
  }

  finish(slice: ModelSlice): void {
    slice.state = 'done'
    for (let id = slice.first; id <= slice.last; id += 1)
      this.applied[id - 1] = (this.applied[id - 1] ?? 0) + 1
  }

  halve(slice: ModelSlice, tries: number): 'halved' | 'buried' {
    const rows = slice.last - slice.first + 1
    if (rows === 1) {
      slice.state = 'buried'
      return 'buried'
    }
    slice.state = 'halved'
    const middle = slice.first + Math.floor(rows / 2) - 1
    const triesOf = (first: number, last: number) => (first === last ? 0 : tries)
    this.#add({
      generation: slice.generation,
      first: slice.first,
      last: middle,
      tries: triesOf(slice.first, middle),
    })
    this.#add({
      generation: slice.generation,
      first: middle + 1,
      last: slice.last,
      tries: triesOf(middle + 1, slice.last),
    })
    return 'halved'
  }

  replay(): number {
    const buried = this.all('buried').filter(({ isReplayed }) => isReplayed !== true)
    for (const slice of buried.toSorted((a, b) => a.number - b.number)) {
      slice.isReplayed = true
      this.#add({ generation: slice.generation + 1, first: slice.first, last: slice.last, tries: 0 })
    }
    return buried.length
  }

  #add(slice: Omit<ModelSlice, 'number' | 'state' | 'isRisky'>): void {
    this.slices.set(this.#next, { ...slice, number: this.#next, state: 'waiting', isRisky: false })
    this.#next += 1
  }
}
