/**
 * What is to be let go of together, the last of it first: an `AsyncDisposableStack`, which Node 22 lacks. All of it is let go
 * of whatever fails; the first failure is thrown in the end.
 */
export class Holdings implements AsyncDisposable {
  #held: AsyncDisposable[] = []

  use<T extends AsyncDisposable>(one: T): T {
    this.#held.push(one)
    return one
  }

  defer(letGo: () => void | Promise<void>): void {
    this.#held.push({ [Symbol.asyncDispose]: async () => letGo() })
  }

  /** Hands all of it over: nothing is left here to be let go of. */
  move(): Holdings {
    const moved = new Holdings()
    moved.#held = this.#held
    this.#held = []
    return moved
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = []
    for (let one = this.#held.pop(); one !== undefined; one = this.#held.pop())
      await one[Symbol.asyncDispose]().then(undefined, (error) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
}
