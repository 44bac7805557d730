import { expect, it } from 'vitest'
import { isOwnProcess } from './probe-container.ts'

const Cmd = ['node', 'server.js']

it.each([
  ['', ['tini'], true],
  ['host', ['tini'], true],
  ['container:other', ['node', 'server.js'], true],
  ['container:other', ['node', 'server.js', '--port'], false],
  ['container:other', ['node'], false],
  ['container:other', [], false],
])('in the process namespace "%s" %j may be the app’s process: %s', (PidMode, argv, isOwn) => {
  expect(isOwnProcess({ HostConfig: { PidMode }, Config: { Cmd } }, { argv })).toBe(isOwn)
})

it('without a command nothing tells', () => {
  expect(isOwnProcess({ HostConfig: { PidMode: 'container:other' }, Config: {} }, { argv: [] })).toBe(false)
})
