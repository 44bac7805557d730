/** A program's side of `Helper`. */
type Answers = Readonly<Record<string, (value: never) => unknown>>

interface Question {
  readonly asks: number
  readonly what: string
  readonly value: never
}

/** Answers what the benchmark asks by these functions, until it is killed or the benchmark ends. */
export function answer(answers: Answers): void {
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => process.exit())
  process.on('message', async (question: Question) => {
    if (!('asks' in question)) return
    const { asks, what, value } = question
    try {
      process.send?.({ answers: asks, value: what === 'hello' ? true : await answers[what]?.(value) })
    } catch (error) {
      process.send?.({
        answers: asks,
        failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
  })
}

/** Says something unasked. */
export function say(says: string, value?: unknown): void {
  process.send?.({ says, value })
}
