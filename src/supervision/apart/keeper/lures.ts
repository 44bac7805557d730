import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, isIPv6 } from 'node:net'
import { failedWith } from '../../../core/errors.ts'
import { isOwn, type KernelSocket, parseSockets, showEnd, unmapped } from '../sockets.ts'
import type { Escapes } from './escapes.ts'
import { anyAddress } from './network.ts'

// The name service's, which is ours here.
const dnsPort = 53

/**
 * Listens wherever something listens on the machine's loopback outside: here nothing would be there, so that whoever
 * connects would be refused before anybody saw it. Nobody who comes is answered.
 */
export async function layLures(outside: number, wirePort: number, escapes: Escapes): Promise<void> {
  const listed = (file: string) => [...socketsOf(outside, file), ...socketsOf(outside, `${file}6`)]
  const ports = (sockets: readonly KernelSocket[], ours: readonly number[]) =>
    new Set(sockets.map(({ local }) => local.port).filter((port) => !ours.includes(port)))
  const streams = listed('tcp').filter(({ isListening, local }) => isListening && isOwn(local.host))
  const datagrams = listed('udp').filter(({ local, remote }) => remote.port === 0 && isOwn(local.host))
  await Promise.all([
    ...[...ports(streams, [wirePort, dnsPort])].map((port) => lureStreams(port, escapes)),
    ...[...ports(datagrams, [dnsPort])].map((port) => lureDatagrams(port, escapes)),
  ])
}

async function lureStreams(port: number, escapes: Escapes): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resume()
    escapes.to(showEnd({ host: unmapped(socket.localAddress ?? '127.0.0.1'), port }))
  })
  server.listen(port, anyAddress())
  await once(server, 'listening')
}

async function lureDatagrams(port: number, escapes: Escapes): Promise<void> {
  const address = anyAddress()
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  socket.on('message', () => escapes.to(`127.0.0.1:${port}/udp`))
  socket.bind(port, address)
  await once(socket, 'listening')
}

function socketsOf(pid: number, file: string): readonly KernelSocket[] {
  try {
    return parseSockets(readFileSync(`/proc/${pid}/net/${file}`, 'latin1'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return [] // a kernel without IPv6
    throw error
  }
}
