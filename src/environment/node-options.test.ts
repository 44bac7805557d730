import { expect, it } from 'vitest'
import { nodeOptions } from './node-options.ts'

it.each([
  [['node', 'server.js', '--import', 'x'], []],
  [
    ['node', '--import', 'tsx', '--env-file=.env', 'server.ts'],
    ['--import', 'tsx', '--env-file=.env'],
  ],
  [
    ['node', '-r', 'dotenv/config', '--max-old-space-size=300', 'a.js'],
    ['-r', 'dotenv/config', '--max-old-space-size=300'],
  ],
  [['node', '--inspect=9229', '--watch', 'server.js'], []],
])('a task of %j has the options %j', (argv, options) => {
  expect(nodeOptions(argv)).toEqual(options)
})
