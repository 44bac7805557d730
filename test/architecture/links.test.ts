import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../scripts/root.ts'
import { deadLinks } from './links.ts'

const pages = globSync(['*.md', 'docs/**/*.md', 'examples/*/*.md'], { cwd: root })

describe('documentation', () => {
  it('has no dead link', () => {
    const dead = pages.flatMap((page) =>
      deadLinks(join(root, page)).map((link) => `${relative('.', page)}: ${link}`),
    )
    expect(dead).toEqual([])
  })

  it('is searched for every kind of link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'purser-links-'))
    try {
      const page = join(folder, 'page.md')
      writeFileSync(join(folder, 'there.md'), '# One & two\n\n## `Again`\n\n## Again\n')
      writeFileSync(
        page,
        [
          '# Title',
          '[a](there.md) [b](./there.md#one--two) [c](there.md#again-1) [d](#title) [e](https://example.org/x)',
          '![f](gone.svg) [g](there.md#gone "why") [h](#gone) [i](gone/#x)',
          '[j]: gone.txt',
          '`[k](code.md)`',
          '```md\n[l](fenced.md)\n# Fenced\n```',
          '[m](#fenced)',
        ].join('\n\n'),
      )
      expect(deadLinks(page)).toEqual([
        'gone.svg',
        'there.md#gone',
        '#gone',
        'gone/#x',
        '#fenced',
        'gone.txt',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
