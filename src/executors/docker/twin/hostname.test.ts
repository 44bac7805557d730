import { describe, expect, it } from 'vitest'
import { asked, containerId, inspected } from '../../../../test/support/docker/inspections.ts'
import { hostnameNotice, twinHostname } from './hostname.ts'

const app = (Config: object, NetworkMode: string, UTSMode = '') =>
  inspected({
    Config,
    ...asked({ NetworkMode, UTSMode }),
    Networks: { [NetworkMode === 'default' ? 'bridge' : NetworkMode]: {} },
  })
const named = { Hostname: 'web-1', Domainname: 'shop.example' }

describe('a twin’s hostname', () => {
  it.each([
    ['is the app’s', app(named, 'shop'), '1.43', named],
    ['is the app’s where no names can be looked up', app(named, 'default'), '1.47', named],
    ['is the app’s in the host’s network', app(named, 'host'), '1.43', named],
    [
      'is its own where the engine would lead to it whoever looks for the app',
      app(named, 'shop'),
      '1.44',
      { Domainname: 'shop.example' },
    ],
    [
      'is its own where the app’s is made up',
      app({ Hostname: containerId.slice(0, 12) }, 'shop'),
      '1.43',
      {},
    ],
    ['is that of the host where the app’s is', app(named, 'default', 'host'), '1.43', {}],
    ['is that of another container where the app’s is', app(named, 'container:abc'), '1.43', {}],
  ])('%s', (_name, container, apiVersion, expected) => {
    expect(twinHostname(container, apiVersion)).toEqual(expected)
  })
})

it('a notice says where the twin has another', () => {
  expect(hostnameNotice(app(named, 'shop'), '1.44')).toContain('"web-1"')
})

it.each([
  [app(named, 'shop'), '1.43'],
  [app(named, 'default'), '1.47'],
  [app({}, 'shop'), '1.47'],
  [app(named, 'shop', 'host'), '1.47'],
])('and none where it has not: %#', (container, apiVersion) => {
  expect(hostnameNotice(container, apiVersion)).toBeUndefined()
})
