import { expect, it } from 'vitest'
import type { Reference } from '../environment/reference.ts'
import { postgres } from './postgres.ts'

const problemsOf = (url: unknown) => postgres({ url: url as Reference }).problems

it.each([[{ variable: 'DATABASE_URL' }], [{ file: '/run/secrets/database-url' }]])('takes %o', (url) => {
  expect(problemsOf(url)).toEqual([])
})

it.each([
  ['postgres://app:hunter2@host/main', 'must be a reference, never the URL itself'],
  [{ variable: '' }, 'must be a reference'],
  [{ variable: 'A', file: '/b' }, 'must be a reference'],
  [undefined, 'must be a reference'],
  [{ file: 'relative' }, 'names the file relative: expected a whole path'],
])('has a problem with %o, and does not show it where it may be a secret', (url, message) => {
  const problems = problemsOf(url)
  expect(problems).toEqual([{ path: 'url', message: expect.stringContaining(message) }])
  expect(JSON.stringify(problems)).not.toContain('hunter2')
})
