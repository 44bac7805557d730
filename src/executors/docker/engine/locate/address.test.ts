import { describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'

describe('an address', () => {
  it.each([
    ['unix:///run/user/1000/docker.sock', { kind: 'unix', path: '/run/user/1000/docker.sock' }],
    ['unix://', { kind: 'unix', path: '/var/run/docker.sock' }],
    ['tcp://10.0.0.4', { kind: 'tcp', host: '10.0.0.4', port: 2375, tls: false }],
    ['tcp://[::1]:4000/', { kind: 'tcp', host: '::1', port: 4000, tls: false }],
    ['far:4000', { kind: 'tcp', host: 'far', port: 4000, tls: false }],
    ['http://far', { kind: 'tcp', host: 'far', port: 80, tls: false }],
    ['https://far', { kind: 'tcp', host: 'far', port: 443, tls: true }],
    ['ssh://far', { kind: 'ssh', host: 'far' }],
    ['ssh://far/', { kind: 'ssh', host: 'far' }],
    [
      'ssh://me@far.example:2222/run/user/1000/docker.sock',
      {
        kind: 'ssh',
        host: 'far.example',
        user: 'me',
        port: '2222',
        socket: '/run/user/1000/docker.sock',
      },
    ],
  ])('%s is read', (text, expected) => {
    expect(parseAddress(text, false)).toEqual(expected)
  })

  it.each([
    ['tcp://far', { port: 2376, tls: true }],
    ['https://far', { port: 443, tls: true }],
    ['http://far', { port: 80, tls: false }],
  ])('%s is read where TLS is asked for', (text, expected) => {
    expect(parseAddress(text, true)).toMatchObject(expected)
  })

  it.each([
    ['npipe:////./pipe/docker_engine', 'Windows pipes are not spoken from here'],
    ['ftp://far', 'it does not begin with unix://, tcp://, http://, https://, ssh://'],
    ['unix://docker.sock', "its socket's path does not begin with /"],
    ['tcp://:2375', 'it is no URL'],
    ['tcp://far/prefix', 'it holds a path'],
    ['tcp://me@far', 'it holds a user'],
    ['ssh://far?x', 'it holds a query or a fragment'],
    ['ssh://', 'its host is none that can be given to ssh'],
    ['ssh://-oProxyCommand=id', 'its host is none that can be given to ssh'],
    ['ssh://far;id', 'its host is none that can be given to ssh'],
    ['ssh://-l@far', 'its user is none that can be given to ssh'],
    [
      'ssh://far/$(id)',
      'the path of its socket has characters that a shell over there could take for its own',
    ],
  ])('%s is refused', (text, why) => {
    expect(() => parseAddress(text, false)).toThrow(
      `"${text}" is no address of a Docker Engine that purser can use: ${why}.`,
    )
  })

  it('with a password is refused without showing it', () => {
    expect(() => parseAddress('ssh://me:secret@far', false)).toThrow('"ssh://me:…@far" is no address')
  })
})
