import type { Failure } from '../protocol/write.ts'

/** A client that is not let in. */
export class Refused extends Error {
  readonly failure: Failure

  /** `sentence` is about the client, and is told to it. */
  constructor(state: string, sentence: string, hint?: string) {
    super(sentence)
    this.name = 'Refused'
    this.failure = { state, message: sentence, ...(hint === undefined ? {} : { hint }) }
  }
}

export const hints = {
  url: 'Connect with the URL that this run was given, as it is.',
  binding:
    'Leave channel_binding at "prefer" or "disable" for this run. To the server itself, the wire speaks TLS as its URL says.',
} as const
