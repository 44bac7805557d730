import { describe, expect, it } from 'vitest'
import { asked, inspected } from '../../../../test/support/docker/inspections.ts'
import { hasNames, linkedHosts, twinNetworks } from './networks.ts'

const inNetworks = (mode: string, ...names: readonly string[]) =>
  inspected({
    ...asked({ NetworkMode: mode }),
    Networks: Object.fromEntries(
      names.map((name) => [
        name,
        {
          Aliases: ['web'],
          IPAddress: '172.20.0.9',
          IPAMConfig: { IPv4Address: '172.20.0.9' },
          Links: ['/db:db'],
        },
      ]),
    ),
  })

describe('a twin is in the app’s networks', () => {
  it.each([
    ['the one that every container is in', 'default', ['bridge'], []],
    ['the host’s', 'host', ['host'], []],
    ['none', 'none', ['none'], []],
    ['that of another container', 'container:abc', [], []],
    ['one with names', 'shop', ['shop'], ['shop']],
    ['two, that first which it was made in', 'shop', ['data', 'shop'], ['shop', 'data']],
    ['two, by the id of the first', 'shop-i', ['data', 'shop'], ['shop', 'data']],
    ['two, where one is the common one', 'default', ['data', 'bridge'], ['bridge', 'data']],
    ['another than it was made in', 'gone', ['data'], ['data']],
  ])('%s', (_name, mode, names, expected) => {
    expect(twinNetworks(inNetworks(mode, ...names)).map(({ name }) => name)).toEqual(expected)
  })

  it('without its names, addresses and links there', () => {
    expect(twinNetworks(inNetworks('shop', 'shop'))).toEqual([{ name: 'shop', id: 'shop-id', settings: {} }])
  })

  it('with its way out', () => {
    const app = inspected({
      ...asked({ NetworkMode: 'shop' }),
      Networks: { shop: { DriverOpts: { mtu: '1400' }, GwPriority: 1 }, data: { DriverOpts: null } },
    })
    expect(twinNetworks(app).map(({ settings }) => settings)).toEqual([
      { DriverOpts: { mtu: '1400' }, GwPriority: 1 },
      {},
    ])
  })
})

it.each([
  ['default', ['bridge'], false],
  ['host', ['host'], false],
  ['shop', ['shop'], true],
  ['default', ['bridge', 'shop'], true],
])('names can be looked up in %s with %j: %s', (mode, names, expected) => {
  expect(hasNames(inNetworks(mode, ...names))).toBe(expected)
})

it.each([
  [['/shop-db:/shop-web/database'], ['database:172.17.0.2']],
  [
    ['/shop-db:/shop-web/database', '/shop-db:/shop-web/db'],
    ['database:172.17.0.2', 'db:172.17.0.2'],
  ],
  [['/gone:/shop-web/cache'], []],
  [['/stopped:/shop-web/queue'], []],
])('the links %j become the hosts %j', (links, expected) => {
  const addresses = new Map([
    ['shop-db', '172.17.0.2'],
    ['stopped', ''],
  ])
  expect(linkedHosts(links, (name) => addresses.get(name))).toEqual(expected)
})
