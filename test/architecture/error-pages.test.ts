import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../scripts/root.ts'
import { errorCodes } from '../../src/core/error-codes.ts'
import { readTexts } from './sources.ts'

const folder = join(root, 'docs/errors')
const pages = globSync('*.md', { cwd: folder })
  .map((file) => basename(file, '.md'))
  .filter((name) => name !== 'README')

describe('error codes', () => {
  it('are each listed once', () => {
    expect(errorCodes.filter((code, index) => errorCodes.indexOf(code) !== index)).toEqual([])
  })

  it('have a page in docs/errors each', () => {
    expect(errorCodes.filter((code) => !pages.includes(code))).toEqual([])
  })

  it('have no page without a code', () => {
    expect(pages.filter((page) => !errorCodes.some((code) => code === page))).toEqual([])
  })

  it('stand in the first line of their pages', () => {
    expect(pages.filter((page) => !firstLine(join(folder, `${page}.md`)).includes(page))).toEqual([])
  })

  it('are all used', () => {
    const users = Object.entries(readTexts()).filter(
      ([path]) => path !== 'core/error-codes.ts' && !path.endsWith('.test.ts'),
    )
    expect(errorCodes.filter((code) => !users.some(([, text]) => text.includes(`'${code}'`)))).toEqual([])
  })
})

function firstLine(file: string): string {
  return readFileSync(file, 'utf8').split('\n')[0] ?? ''
}
