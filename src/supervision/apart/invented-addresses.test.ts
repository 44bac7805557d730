import { SocketAddress } from 'node:net'
import { expect, it } from 'vitest'
import { type Invented, InventedAddresses } from './invented-addresses.ts'

/** As the kernel's lists show them. */
function shown(addresses: Invented | undefined): readonly string[] {
  if (addresses === undefined) return []
  const groups = addresses.ipv6Bytes.toString('hex').match(/.{4}/g) ?? []
  const { address } = new SocketAddress({ address: groups.join(':'), family: 'ipv6' })
  return [addresses.ipv4Bytes.join('.'), address]
}

it('a name has addresses of its own, and they tell the name', () => {
  const invented = new InventedAddresses()
  const first = shown(invented.addressesOf('Sink.example.org'))
  expect(first).toEqual(['198.18.0.1', 'fd97:7075:7273:6572::1'])
  expect(shown(invented.addressesOf('sink.EXAMPLE.org'))).toEqual(first)
  for (let number = 2; number <= 65_537; number += 1) invented.addressesOf(`host-${number}`)
  const late = shown(invented.addressesOf('host-65537'))
  expect(late).toEqual(['198.19.0.1', 'fd97:7075:7273:6572::1:1'])
  expect(first.map((address) => invented.nameOf(address))).toEqual(['sink.example.org', 'sink.example.org'])
  expect(late.map((address) => invented.nameOf(address))).toEqual(['host-65537', 'host-65537'])
  expect(['198.18.0.0', '198.20.0.1', '10.0.0.1', '::1'].map((other) => invented.nameOf(other))).toEqual(
    Array(4).fill(undefined),
  )
})

it('there is an end of them', () => {
  const invented = new InventedAddresses()
  for (let number = 1; number < 0x1_ff00; number += 1) invented.addressesOf(`host-${number}`)
  expect(invented.addressesOf('one-more')).toBeUndefined()
  expect(invented.addressesOf('host-7')).toBeDefined()
})
