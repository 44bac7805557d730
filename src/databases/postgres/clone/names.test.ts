import { describe, expect, it } from 'vitest'
import { type Marker, readMarker, writeMarker } from './marker.ts'
import { goldenName, hasOurForm, newCloneName, quoteName, quoteText } from './names.ts'

const owner = { environment: 'production', database: 'main' }

describe('names of clones', () => {
  it('tell the environment, and fit into what PostgreSQL takes', () => {
    expect(newCloneName(owner)).toMatch(/^purser_clone_production_[0-9a-z]{10}$/)
    const long = { environment: 'e'.repeat(80), database: 'd'.repeat(80) }
    expect(newCloneName(long).length).toBeLessThanOrEqual(63)
    expect(goldenName(long, 'f'.repeat(64)).length).toBeLessThanOrEqual(63)
  })

  it.each([
    ['purser_clone_production_k3m9q2x7vd', true],
    ['purser_golden_production_main_1f0c9d2ab4k3m', true],
    ['purser_clone_production', false],
    ['purser_clone_production_', false],
    ['purser_clone_staging_k3m9q2x7vd', false],
    ['purser_clone_production_K3M9Q2X7VD', false],
    ['purser_clone_production_k3m9q2x7vd_old', false],
    ['shop', false],
  ])('%s is of the form: %s', (name, has) => {
    expect(hasOurForm(name, owner)).toBe(has)
  })

  it('have the form themselves', () => {
    expect(hasOurForm(newCloneName(owner), owner)).toBe(true)
    expect(hasOurForm(goldenName(owner, 'a'.repeat(64)), owner)).toBe(true)
  })
})

describe('quoting', () => {
  it.each([
    ['a"b', '"a""b"'],
    ['ü =', '"ü ="'],
  ])('of the name %s', (name, quoted) => {
    expect(quoteName(name)).toBe(quoted)
  })

  it.each([
    [`it's`, `'it''s'`],
    ['a\\b', ` E'a\\\\b'`],
  ])('of the text %s', (text, quoted) => {
    expect(quoteText(text)).toBe(quoted)
  })
})

describe('markers', () => {
  const marker: Marker = {
    ...owner,
    purser: 'clone',
    version: 1,
    name: 'purser_clone_production_k3m9q2x7vd',
    kind: 'clone',
    state: 'ready',
    madeBy: `O'Hara "x"`,
    host: 'h',
    pid: 1,
    madeAt: '2026-11-26T01:00:00.000Z',
    dataFrom: '2026-11-26T01:00:00.000Z',
    source: 's',
    digest: 'd',
  }

  it('are read as they were written, from their own database only', () => {
    expect(readMarker(marker.name, writeMarker(marker))).toEqual(marker)
    expect(readMarker('another', writeMarker(marker))).toBeUndefined()
  })

  it.each([null, '', 'a comment', '{"purser":"clone",', '{"purser":"clone","version":2}'])(
    'are not %s',
    (comment) => {
      expect(readMarker(marker.name, comment)).toBeUndefined()
    },
  )
})
