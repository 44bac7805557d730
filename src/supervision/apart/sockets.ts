import { SocketAddress } from 'node:net'

/** An end of a socket. The host is an address, in its shortest form; of IPv4 also where it is mapped into IPv6. */
export interface End {
  readonly host: string
  readonly port: number
}

/** A socket as the kernel lists it. */
export interface KernelSocket {
  readonly local: End
  readonly remote: End
  readonly isListening: boolean
}

const listening = '0A'
const mapped = '::ffff:'

/** Reads /proc/net/tcp, tcp6, udp or udp6 (proc_net_tcp: hex address:port of both ends, the state in column 4). */
export function parseSockets(text: string): readonly KernelSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state] = line.trim().split(/\s+/)
      if (local === undefined || remote === undefined) return []
      return { local: parseEnd(local), remote: parseEnd(remote), isListening: state === listening }
    })
}

/** Whether an address is the machine's own by what it looks like, or none at all. */
export function isOwn(host: string): boolean {
  return host.startsWith('127.') || ['::1', '0.0.0.0', '::'].includes(host)
}

/** `10.0.0.5:5432`, `[2001:db8::5]:443`. */
export function showEnd({ host, port }: End): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An IPv4 address that is mapped into IPv6, as it is without. */
export function unmapped(host: string): string {
  return host.startsWith(mapped) && host.includes('.') ? host.slice(mapped.length) : host
}

// The kernel prints words of four bytes in the machine's own order: x86 and ARM have the lowest byte first.
function parseEnd(text: string): End {
  const [hex = '', port = ''] = text.split(':')
  const bytes = Buffer.from(hex, 'hex').swap32()
  const host = bytes.length === 4 ? bytes.join('.') : shorten(bytes)
  return { host: unmapped(host), port: Number.parseInt(port, 16) }
}

function shorten(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16))
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}
