import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Json } from '../core/json.ts'
import type { Order } from './order.ts'

const questionsFd = 3

/** What a supervisor hears from the `purser` that started it, and can ask it, for as long as that one lives. */
export interface Superior {
  readonly order: Order
  /** Asks the one question that there is. Nothing when nobody is there to answer any more. */
  ask(question: Json): Promise<Json | undefined>
}

/** Reads the order, the first line of stdin. Nothing when none comes any more. */
export async function hearOrder(): Promise<Superior | undefined> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) return undefined
  return {
    order: JSON.parse(first.value),
    ask: async (question) => {
      const questions = new Socket({ fd: questionsFd })
      questions.on('error', () => {}) // nobody is there: nor will there be an answer
      questions.write(`${JSON.stringify(question)}\n`)
      const answer = await lines.next()
      questions.destroy()
      return answer.done ? undefined : JSON.parse(answer.value)
    },
  }
}
