// Set aside for tests of networks (RFC 2544), so that no twin means them; the last /24 is for interfaces.
const firstOfIpv4 = (198 * 256 + 18) * 65_536
const mostNames = 0x1_ff00 - 1
// A unique local prefix (RFC 4193): "purser" in ASCII.
const prefixOfIpv6 = [0xfd, 0x97, 0x70, 0x75, 0x72, 0x73, 0x65, 0x72]

/** One name's addresses as DNS tells them. */
export interface Invented {
  readonly ipv4Bytes: Buffer
  readonly ipv6Bytes: Buffer
}

/** Gives every name an address that leads nowhere, so that whoever connects to it is known to mean the name. */
export class InventedAddresses {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []

  /** The same for the same name. Nothing once far too many were asked for. */
  addressesOf(name: string): Invented | undefined {
    const known = name.toLowerCase()
    const number = this.#numbers.get(known) ?? this.#names.length + 1
    if (number > mostNames) return undefined
    this.#numbers.set(known, number)
    this.#names[number - 1] = known
    const ipv4Bytes = Buffer.alloc(4)
    ipv4Bytes.writeUInt32BE(firstOfIpv4 + number)
    const ipv6Bytes = Buffer.alloc(16)
    ipv6Bytes.set(prefixOfIpv6)
    ipv6Bytes.writeUInt32BE(number, 12)
    return { ipv4Bytes, ipv6Bytes }
  }

  /** Of an address in its shortest form. */
  nameOf(address: string): string | undefined {
    return this.#names[numberOf(address) - 1]
  }
}

function numberOf(address: string): number {
  const [, ipv4] = /^198\.(1[89]\.\d+\.\d+)$/.exec(address) ?? []
  if (ipv4 !== undefined) {
    const [second = 0, third = 0, fourth = 0] = ipv4.split('.').map(Number)
    return (second - 18) * 65_536 + third * 256 + fourth
  }
  const [, high = '0', low] = /^fd97:7075:7273:6572::(?:([0-9a-f]+):)?([0-9a-f]+)$/.exec(address) ?? []
  return low === undefined ? 0 : Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)
}
