import { expect, it } from 'vitest'
import { secretsOf } from '../../../core/redaction/secrets.ts'
import { findSecrets, nameSecrets } from './hidden-secrets.ts'

const variables = new Map([
  ['API_TOKEN', 'a-token'],
  ['DATABASE_URL', 'postgres://ada:pass-one@db/x?password=pass-two'],
  ['DECLARED', 'whole value'],
])

it('finds the same secrets in the same order, by names alone', () => {
  const secrets = secretsOf(variables, ['DECLARED'])
  const named = nameSecrets(secrets, variables)
  expect(JSON.stringify(named)).not.toMatch(/a-token|pass-one|pass-two|whole value/)
  expect(findSecrets(JSON.parse(JSON.stringify(named)), variables)).toEqual({ secrets, unknown: [] })
})

it('names those that were typed, and those whose variable is gone', () => {
  const secrets = [...secretsOf(variables, []), { name: 'argument 2', value: 'typed' }]
  const named = nameSecrets(secrets, variables)
  const { unknown } = findSecrets(named, new Map([['API_TOKEN', 'a-token']]))
  expect(unknown).toEqual(['DATABASE_URL', 'argument 2'])
})
