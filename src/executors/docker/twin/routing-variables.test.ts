import { expect, it } from 'vitest'
import { withoutRouting } from './routing-variables.ts'

it.each([
  'VIRTUAL_HOST',
  'VIRTUAL_PORT',
  'VIRTUAL_PATH',
  'VIRTUAL_DEST',
  'VIRTUAL_PROTO',
  'VIRTUAL_HOST_MULTIPORTS',
  'LETSENCRYPT_HOST',
  'LETSENCRYPT_EMAIL',
  'ACME_CA_URI',
])('%s may not be seen by a proxy', (name) => {
  const pairs = ['COLOUR=teal', `${name}=a=b`]
  expect(withoutRouting(pairs)).toEqual({ seen: ['COLOUR=teal'], hidden: [`${name}=a=b`] })
})

it.each(['VIRTUAL_ENV', 'MY_VIRTUAL_HOST', 'VIRTUAL', 'ACMECORP_KEY', 'virtual_host'])('%s may', (name) => {
  expect(withoutRouting([`${name}=x`]).hidden).toEqual([])
})
