import type { Refusal } from '../../../../core/errors.ts'
import { ServerError } from '../protocol/server-error.ts'
import { error } from '../protocol/write.ts'

/** What a client is told of a refusal, or of the server's own error, as the message that it gets. */
export function refusalBytes(why: Refusal | ServerError): Buffer {
  if (why instanceof ServerError) return why.bytes
  return error({ state: 'PU001', message: why.message, hint: why.remedy })
}
