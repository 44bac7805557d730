import { PurserError } from '../../../../core/errors.ts'

/** A transaction ended where the wire saw nothing that ends one: what it did was judged by nobody. */
export function lost(words: string): PurserError {
  return new PurserError('WIRE_UNOBSERVED', {
    message: `A transaction ended in "${words} …", where the wire saw no end of one. The session was cut.`,
    remedy: 'Look at what it did: it is committed. Send this statement in a message of its own.',
  })
}
