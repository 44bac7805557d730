import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Dial } from '../../../database.ts'
import { sslRequest } from '../protocol/codes.ts'
import { HungUp, Inbox } from '../protocol/inbox.ts'
import { int32, packet } from '../protocol/write.ts'
import type { Address, Target, Tls } from '../target/target.ts'

/** A connection, and where exactly it leads: a name may have several addresses, and a cancel must find the same. */
export interface Reached {
  readonly socket: Duplex
  readonly address: Address
}

/** Connects to the server, encrypted and verified as its URL says. Throws why it could not. */
export async function reach(target: Target, signal: AbortSignal, address = target.address): Promise<Reached> {
  signal.throwIfAborted()
  if (target.dial !== undefined) return await reachThrough(target.dial, target, address, signal)
  const plain = connect({
    ...address,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  })
  plain.on('error', () => {}) // whoever waits on it hears of it; nobody may be waiting
  const abort = () => plain.destroy(new HungUp('there was no answer in time'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    await once(plain, 'connect')
    const exact = exactly(address, plain)
    const socket = target.tls === undefined ? plain : await encrypt(plain, target.tls)
    return { socket, address: exact }
  } catch (error) {
    plain.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** A name is looked up where the connection starts. */
async function reachThrough(
  dial: Dial,
  { tls }: Target,
  address: Address,
  signal: AbortSignal,
): Promise<Reached> {
  const dialled = 'path' in address ? dial(address.path, 0) : dial(address.host, address.port)
  let isLate = false
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      isLate = true
      reject(new HungUp('there was no answer in time'))
    })
  })
  dialled.then(
    (plain) => {
      plain.on('error', () => {})
      if (isLate) plain.destroy()
    },
    () => {},
  )
  const plain = await Promise.race([dialled, late])
  try {
    return { socket: tls === undefined ? plain : await encrypt(plain, tls), address }
  } catch (error) {
    plain.destroy()
    throw error
  }
}

function exactly(address: Address, { remoteAddress }: Socket): Address {
  return 'path' in address || remoteAddress === undefined ? address : { ...address, host: remoteAddress }
}

async function encrypt(plain: Duplex, { host, options, isDirect }: Tls): Promise<Duplex> {
  if (!isDirect) await askForTls(plain)
  const socket = connectTls({
    ...options,
    socket: plain,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}), // an address is no server's name (RFC 6066, section 3)
    ...(isDirect ? { ALPNProtocols: ['postgresql'] } : {}),
  })
  socket.on('error', () => {})
  const giveUp = () => socket.destroy(plain.errored ?? new HungUp())
  plain.once('close', giveUp)
  await once(socket, 'secureConnect')
  plain.off('close', giveUp)
  return socket
}

async function askForTls(plain: Duplex): Promise<void> {
  plain.write(packet(int32(sslRequest)))
  const inbox = new Inbox(plain)
  const answer = (await inbox.bytes(1)).toString('latin1')
  const rest = inbox.release()
  if (answer !== 'S') throw new Error('the server does not speak TLS, which the URL asks for')
  // Whoever is in between could have put it there (CVE-2021-23222).
  if (rest.length > 0) throw new Error('the server sent something unencrypted after it agreed to TLS')
}
