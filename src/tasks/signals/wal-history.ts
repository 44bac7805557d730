const mostKept = 1_000

/** When how much WAL had been written: from it follows how old something is that has not been replayed. */
export class WalHistory {
  #notes: readonly { readonly written: number; readonly at: number }[] = []

  /** Notes how much is written at a time, in milliseconds; what everybody has replayed is forgotten. */
  note(written: number, at: number, replayedByAll: number): void {
    const open = this.#notes.filter((note) => note.written > replayedByAll)
    const notes = open.at(-1)?.written === written ? open : [...open, { written, at }]
    // Hours of it: what is left out makes an age a little too small.
    this.#notes = notes.length > mostKept ? notes.filter((_, index) => index % 2 === 0) : notes
  }

  /** For how many milliseconds at least something has been there that was not replayed. */
  age(replayed: number, now: number): number {
    const missed = this.#notes.find(({ written }) => written > replayed)
    return missed === undefined ? 0 : now - missed.at
  }
}
