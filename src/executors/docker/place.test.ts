import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { placeId } from './place.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'purser-place-'))
afterAll(() => rmSync(folder, { recursive: true }))

function placeAt(name: string) {
  return { root: folder, state: path.join(folder, name) }
}

it('is made once, for its owner only', () => {
  const place = placeAt('one')
  const id = placeId(place)
  expect(id).toMatch(/^[0-9a-f]{24}$/)
  expect(placeId(place)).toBe(id)
  expect(readdirSync(place.state).sort()).toEqual(['.gitignore', 'place'])
  expect(statSync(path.join(place.state, 'place')).mode & 0o777).toBe(0o600)
})

it('is another one elsewhere, on the same machine too', () => {
  expect(placeId(placeAt('one'))).not.toBe(placeId(placeAt('other')))
})

it('is made anew where what was kept is none', () => {
  const place = placeAt('broken')
  mkdirSync(place.state)
  writeFileSync(path.join(place.state, 'place'), '')
  const id = placeId(place)
  expect(id).toMatch(/^[0-9a-f]{24}$/)
  expect(placeId(place)).toBe(id)
})

it('is one of this process where nothing can be kept', () => {
  const place = { root: '/sys', state: '/sys/purser-test' } // where nobody can make a folder
  expect(placeId(place)).toMatch(/^[0-9a-f]{24}$/)
  expect(placeId(place)).toBe(placeId(place))
})
