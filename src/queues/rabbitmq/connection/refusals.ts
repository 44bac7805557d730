import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Broker } from '../broker.ts'

/** Why there is no connection: RabbitMQ says no (`QUEUE_REFUSED`), or there is none to say it (`QUEUE_UNREACHABLE`). */
export function connectionRefusal(broker: Broker, error: unknown): PurserError {
  if (error instanceof PurserError) return error
  const code = codeOf(error)
  const why = wordsOf(error)
  if (code === 'ACCESS_REFUSED') {
    return refused(broker, `doesn't let the user "${broker.user}" in: ${why}`, error)
  }
  if (code === 'NOT_ALLOWED') {
    return refused(
      broker,
      `doesn't open the virtual host "${broker.vhost}" to the user "${broker.user}": ${why}`,
      error,
    )
  }
  const isTls =
    /^(?:CERT|UNABLE|SELF_SIGNED|DEPTH|ERR_TLS|ERR_SSL)_/.test(code) || why.includes('SSL routines')
  return new PurserError('QUEUE_UNREACHABLE', {
    message: `${broker.name} can't be reached: ${isTls ? `TLS failed: ${tlsWords(why)}` : why}.`,
    remedy: isTls
      ? "Check that the server's certificate is for this name and that `ca` names the file of its CA. amqps:// goes to RabbitMQ's port for TLS, usually 5671."
      : 'Check that it runs, and that this machine may connect to it. amqp:// goes to its port without TLS, amqps:// to the one with it.',
    cause: error,
  })
}

/** `what` goes on after RabbitMQ's name: `doesn't let the user "shop" in`. */
export function refused(broker: Broker, what: string, cause?: unknown): PurserError {
  return new PurserError('QUEUE_REFUSED', {
    message: `${broker.name} ${what}.`,
    remedy:
      "Check the user, the password, the virtual host and the queue's name. RabbitMQ's own log says more, and `rabbitmqctl list_permissions` who may do what.",
    cause,
  })
}

/** What went wrong, to go on in a sentence: without the method that the client puts first, whose name it may not know. */
export function wordsOf(error: unknown): string {
  return reasonOf(error)
    .replace(/^\w+: (?=[A-Z_]+ - )/, '')
    .replace(/\.?\s*$/, '')
}

/** RabbitMQ's name for what went wrong (`NOT_FOUND`), or Node's (`ECONNREFUSED`). */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function tlsWords(why: string): string {
  // OpenSSL's own: thread, code, library, function, words, source. What follows others is advice on how to start Node.
  return (/:SSL routines:[^:]*:([^:]+):/.exec(why)?.[1] ?? why).replace(/; if the root CA.*$/s, '')
}
