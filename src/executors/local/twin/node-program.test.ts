import { describe, expect, it } from 'vitest'
import type { ServingProcess } from '../proc/serving-process.ts'
import { nodeOf } from './node-program.ts'

const app = (executable: string, ...argv: string[]) => ({ executable, argv }) as unknown as ServingProcess
const node = process.execPath

describe('the node of a task', () => {
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
  ])('of %j has the options %j', (argv, options) => {
    expect(nodeOf(app(node, ...argv))).toEqual([node, ...options])
  })

  it('is ours where the app has none', () => {
    expect(nodeOf(app('/usr/bin/python3', 'python3', 'app.py'))).toEqual([process.execPath])
  })
})
