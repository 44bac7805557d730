import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { node20, root } from '../../scripts/root.ts'

describe('the Node of the tests', () => {
  it(`is the project's own, also for what they start`, () => {
    const ours = versionOf(join(root, 'node_modules/.bin/node'))
    expect(process.version).toBe(ours)
    expect(versionOf(process.execPath)).toBe(ours)
    expect(versionOf('node')).toBe(ours)
  })

  it('has an old one beside it for the release side', () => {
    expect(versionOf(node20)).toMatch(/^v20\./)
  })
})

function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
}
