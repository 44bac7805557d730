import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIPv6, type Socket } from 'node:net'
import { answerQuery, type DnsQuestion, dnsTypeName, dnsTypes, parseQuery } from '../dns-message.ts'
import type { InventedAddresses } from '../invented-addresses.ts'
import type { Escapes } from './escapes.ts'
import { anyAddress } from './network.ts'

const dnsPort = 53
const localhost = {
  ipv4Bytes: Buffer.from([127, 0, 0, 1]),
  ipv6Bytes: Buffer.from([...Array(15).fill(0), 1]),
}
// What comes with a question for an address, or is about an address that is known already.
const harmless: ReadonlySet<number> = new Set([dnsTypes.ptr, dnsTypes.svcb, dnsTypes.https])

/** Answers for every name with an address of its own, so that whoever connects to it is known to mean the name. */
export class NameService {
  readonly #invented: InventedAddresses
  readonly #escapes: Escapes

  constructor(invented: InventedAddresses, escapes: Escapes) {
    this.#invented = invented
    this.#escapes = escapes
  }

  async listen(): Promise<void> {
    const address = anyAddress()
    const datagrams = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    datagrams.on('message', (query, from) => {
      const answer = this.#answer(query)
      if (answer !== undefined) datagrams.send(answer, from.port, from.address)
    })
    datagrams.bind(dnsPort, address)
    await once(datagrams, 'listening')
    const streams = createServer((socket) => this.#converse(socket)).listen(dnsPort, address)
    await once(streams, 'listening')
  }

  /** Over TCP each message has its length before it (RFC 1035, 4.2.2). */
  #converse(socket: Socket): void {
    let heard = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      while (heard.length >= 2 && heard.length >= 2 + heard.readUInt16BE(0)) {
        const end = 2 + heard.readUInt16BE(0)
        const answer = this.#answer(heard.subarray(2, end))
        heard = heard.subarray(end)
        if (answer === undefined) return void socket.destroy()
        const length = Buffer.alloc(2)
        length.writeUInt16BE(answer.length)
        socket.write(Buffer.concat([length, answer]))
      }
    })
  }

  #answer(query: Buffer): Buffer | undefined {
    const question = parseQuery(query)
    if (question === undefined) return undefined
    return answerQuery(query, question, this.#answerTo(question))
  }

  #answerTo({ name, type }: DnsQuestion): Buffer | 'nothing' | 'no such name' {
    const addresses = /(^|\.)localhost$/i.test(name) ? localhost : this.#invented.addressesOf(name)
    if (addresses === undefined) return 'no such name'
    if (type === dnsTypes.a) return addresses.ipv4Bytes
    if (type === dnsTypes.aaaa) return addresses.ipv6Bytes
    // Whatever else is asked of a name is a service's place or its data: nobody connects before that is known.
    if (!harmless.has(type)) this.#escapes.to(`${name} (${dnsTypeName(type)})`)
    return type === dnsTypes.ptr ? 'no such name' : 'nothing'
  }
}
