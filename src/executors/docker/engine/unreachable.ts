import { failedWith, PurserError, reasonOf } from '../../../core/errors.ts'
import { SshFailed } from './connect/ssh-connection.ts'
import type { ChosenBy, Located } from './locate/locate.ts'

const choices: Readonly<Record<ChosenBy, string>> = {
  configuration: 'which the configuration names',
  DOCKER_HOST: 'which DOCKER_HOST names',
  DOCKER_CONTEXT: 'which DOCKER_CONTEXT names',
  'current context': 'which `docker context use` has chosen',
  default: 'where it usually is',
}

/** Why nothing could be asked of the engine, from what a connection failed with. */
export function unreachable(located: Located, error: unknown, hasAnswered: boolean): PurserError {
  if (located.address.kind === 'unix' && failedWith(error, 'EACCES', 'EPERM'))
    return forbidden(located, error)
  return unanswered(located, causeOf(error, located), { hasAnswered, cause: error })
}

/** `why` goes on after a colon: `there is no such socket`. */
export function unanswered(
  located: Located,
  why: string,
  { hasAnswered, cause }: { readonly hasAnswered: boolean; readonly cause?: unknown },
): PurserError {
  const place = `at ${located.where}, ${choices[located.chosenBy]}`
  return new PurserError('ENGINE_UNREACHABLE', {
    message: hasAnswered
      ? `The Docker Engine ${place}, has answered before and does not now: ${why}.`
      : `No Docker Engine answers ${place}: ${why}.`,
    remedy: remedyFor(located),
    cause,
  })
}

function forbidden({ where, chosenBy }: Located, cause: unknown): PurserError {
  return new PurserError('ENGINE_FORBIDDEN', {
    message: `The Docker Engine at ${where}, ${choices[chosenBy]}, can't be used by this user: its socket may not be opened.`,
    remedy:
      'Add the user to the group of the socket (`sudo usermod -aG docker NAME`, then log in again), or run purser as root. A rootless Docker of your own is at DOCKER_HOST=unix://$XDG_RUNTIME_DIR/docker.sock.',
    cause,
  })
}

const knownCauses: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed without a whole answer',
  EPIPE: 'the connection was closed without a whole answer',
  ENOTFOUND: 'its name leads to no address',
  EAI_AGAIN: "its name can't be looked up now",
  EHOSTUNREACH: 'no way leads to that machine',
  ENETUNREACH: 'no way leads to that network',
}

function causeOf(error: unknown, { address }: Located): string {
  if (error instanceof SshFailed) return error.message
  const code = codeOf(error)
  if (address.kind === 'ssh' && code === 'ENOENT') return 'there is no program ssh here'
  if (address.kind === 'unix' && code === 'ENOENT') return 'there is no such socket'
  if (address.kind === 'unix' && (code === 'ECONNREFUSED' || code === 'ENOTSOCK'))
    return 'nothing listens at that socket'
  if (code.startsWith('HPE_')) return 'what answers there does not speak HTTP'
  return knownCauses[code] ?? tlsWords(error) ?? reasonOf(error)
}

function tlsWords(error: unknown): string | undefined {
  const message = reasonOf(error)
  // OpenSSL's own: thread, code, library, function, words, source.
  const words = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1]
  if (words !== undefined) return `TLS failed: ${words}`
  if (!/^(?:CERT|UNABLE|SELF_SIGNED|DEPTH|ERR_TLS)_/.test(codeOf(error))) return undefined
  // What follows is advice on how to start Node.
  return `TLS failed: ${message.replace(/; if the root CA.*$/s, '').replace(/\.$/, '')}`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function remedyFor({ address, chosenBy }: Located): string {
  const other =
    chosenBy === 'configuration'
      ? 'Another engine is to be named in the configuration.'
      : 'Another engine is chosen with DOCKER_HOST or `docker context use`.'
  if (address.kind === 'unix')
    return `Start it with \`sudo systemctl start docker\`, or open Docker Desktop. ${other}`
  if (address.kind === 'ssh')
    return `Check that \`ssh ${address.host} docker version\` works without a question, and that the engine runs there. ${other}`
  const tls = address.tls ? ' Its certificates are those of DOCKER_CERT_PATH, or of the context.' : ''
  return `Check that it runs, and that this machine may connect to it.${tls} ${other}`
}
