import { type Message, textsOf } from './messages.ts'

/** Reads what a client asks for: each request ends with a Query or a Sync, and is answered up to ReadyForQuery. */
export class Requests {
  readonly #prepared = new Map<string, string>()
  #current: string | undefined

  /** The request that this message ends: names and texts of its statements. */
  read({ type, body }: Message): string | 'more' | 'not one' {
    switch (type) {
      case 'Q':
        return textsOf(body, 1)[0] ?? ''
      case 'P': {
        const [name = '', text = ''] = textsOf(body, 2)
        this.#prepared.set(name, text)
        return 'more'
      }
      case 'B': {
        const [, name = ''] = textsOf(body, 2)
        this.#current = `${name} ${this.#prepared.get(name) ?? ''}`
        return 'more'
      }
      case 'D':
      case 'E':
      case 'C':
      case 'H':
        return 'more'
      case 'S': {
        const request = this.#current ?? ''
        this.#current = undefined
        return request
      }
      default:
        return 'not one' // the start, a password, the end
    }
  }
}
