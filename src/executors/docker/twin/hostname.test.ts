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
    ['is the app’s where no names can be looked up', app(named, 'default'), named],
    ['is the app’s in the host’s network', app(named, 'host'), named],
    [
      'is its own where the engine would lead to it whoever looks for the app',
      app(named, 'shop'),
      { Domainname: 'shop.example' },
    ],
    ['is its own where the app’s is made up', app({ Hostname: containerId.slice(0, 12) }, 'shop'), {}],
    ['is that of the host where the app’s is', app(named, 'default', 'host'), {}],
    ['is that of another container where the app’s is', app(named, 'container:abc'), {}],
  ])('%s', (_name, container, expected) => {
    expect(twinHostname(container)).toEqual(expected)
  })
})

it('a notice says where the twin has another', () => {
  expect(hostnameNotice(app(named, 'shop'))).toContain('"web-1"')
})

it.each([app(named, 'default'), app({}, 'shop'), app(named, 'shop', 'host')])(
  'and none where it has not: %#',
  (container) => {
    expect(hostnameNotice(container)).toBeUndefined()
  },
)
