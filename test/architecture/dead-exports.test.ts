import { describe, expect, it } from 'vitest'
import { parseSources, readTexts, type Sources } from './sources.ts'

describe('exports', () => {
  it('are values that somebody uses', () => {
    expect(deadExports(parseSources(readTexts('src')), parseSources(readTexts('test')))).toEqual([])
  })

  it('are compared with the names in every other file', () => {
    const ours = {
      'index.ts': `export const published = 1`,
      'core/a.ts': `export const used = 1, dead = 2, tested = 3, local = 4; local; export type Unused = 5`,
      'core/b.ts': `import { used } from './a.ts'; used`,
    }
    const tests = { 'a.test.ts': `import { tested } from '../src/core/a.ts'` }
    expect(deadExports(parseSources(ours), parseSources(tests))).toEqual([
      'core/a.ts: dead',
      'core/a.ts: local',
    ])
  })
})

/** Exported values whose names occur in no other file, those of the package's entries aside. */
function deadExports(ours: Sources, tests: Sources): readonly string[] {
  const everybody = [...ours.values(), ...tests.values()]
  return [...ours.values()]
    .filter(({ path }) => path !== 'index.ts' && path !== 'presets/index.ts')
    .flatMap((source) =>
      source.exports
        .filter(({ name, typeOnly }) => !typeOnly && name !== '*')
        .filter(({ name }) => !everybody.some((other) => other !== source && other.identifiers.has(name)))
        .map(({ name }) => `${source.path}: ${name}`),
    )
}
