import { PurserError } from '../../../../core/errors.ts'

/** Where an engine listens. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: boolean }
  | {
      readonly kind: 'ssh'
      readonly host: string
      readonly user?: string
      readonly port?: string
      /** The engine's socket over there; where it usually is unless stated. */
      readonly socket?: string
    }

export const defaultSocket = '/var/run/docker.sock'

const schemes = ['unix://', 'tcp://', 'http://', 'https://', 'ssh://']

/**
 * Reads what DOCKER_HOST and contexts hold; `host:port` alone is tcp. `withTls` is what is known otherwise of a `tcp://`.
 * Throws `ENGINE_UNKNOWN`.
 */
export function parseAddress(text: string, withTls: boolean): Address {
  const url = text.includes('://') ? text : `tcp://${text}`
  const [scheme = '', rest = ''] = url.split(/(?<=:\/\/)(.*)/s)
  if (scheme === 'unix://') return { kind: 'unix', path: rest === '' ? defaultSocket : absolute(rest, text) }
  if (scheme === 'npipe://') throw wrong(text, 'Windows pipes are not spoken from here')
  if (!schemes.includes(scheme)) throw wrong(text, `it does not begin with ${schemes.join(', ')}`)
  if (!URL.canParse(url)) throw wrong(text, 'it is no URL')
  const parts = new URL(url)
  if (parts.password !== '') throw wrong(text, 'it holds a password')
  if (parts.search !== '' || parts.hash !== '') throw wrong(text, 'it holds a query or a fragment')
  return scheme === 'ssh://' ? parseSsh(parts, text) : parseTcp(parts, text, withTls)
}

function parseTcp(url: URL, text: string, withTls: boolean): Address {
  if (url.username !== '') throw wrong(text, 'it holds a user')
  if (url.pathname !== '' && url.pathname !== '/') throw wrong(text, 'it holds a path')
  const tls = url.protocol === 'https:' || (url.protocol === 'tcp:' && withTls)
  const usual = { 'http:': 80, 'https:': 443 }[url.protocol] ?? (tls ? 2376 : 2375)
  const port = url.port === '' ? usual : Number(url.port)
  return { kind: 'tcp', host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, tls }
}

// A name that begins with - is an option of ssh's; others may reach a shell, through the user's own ProxyCommand here,
// and over there, where sshd gives the command to one.
const harmless = /^[\w.:][\w.:+-]*$/
const harmlessPath = /^\/[\w./:@+-]*$/

function parseSsh({ hostname, username: user, port, pathname }: URL, text: string): Address {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (!harmless.test(host)) throw wrong(text, 'its host is none that can be given to ssh')
  if (user !== '' && !harmless.test(user)) throw wrong(text, 'its user is none that can be given to ssh')
  const socket = pathname === '/' ? '' : pathname
  if (socket !== '' && !harmlessPath.test(socket))
    throw wrong(text, 'the path of its socket has characters that a shell over there could take for its own')
  return {
    kind: 'ssh',
    host,
    ...(user !== '' && { user }),
    ...(port !== '' && { port }),
    ...(socket !== '' && { socket }),
  }
}

function absolute(path: string, text: string): string {
  if (!path.startsWith('/')) throw wrong(text, "its socket's path does not begin with /")
  return path
}

function wrong(text: string, why: string): PurserError {
  const shown = text.replace(/(:\/\/[^/]*):[^/]*@/, '$1:…@') // a password is shown to nobody
  return new PurserError('ENGINE_UNKNOWN', {
    message: `"${shown}" is no address of a Docker Engine that purser can use: ${why}.`,
    remedy:
      'Write it as unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host, or use a context that `docker context ls` shows.',
  })
}
