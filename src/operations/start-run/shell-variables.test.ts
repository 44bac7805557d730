import { describe, expect, it } from 'vitest'
import { ignoredVariables } from './shell-variables.ts'

const app = new Map([
  ['DATABASE_URL', 'postgres://app/db'],
  ['REDIS_HOST', 'redis'],
  ['API_TOKEN', 'the-app’s'],
  ['COLOUR', 'teal'],
])

describe('variables of the shell that differ from the app’s', () => {
  it.each([
    ['an address', { REDIS_HOST: 'elsewhere' }, '"REDIS_HOST" of your shell differs'],
    ['a secret', { API_TOKEN: 'mine' }, '"API_TOKEN" of your shell differs'],
    ['several', { REDIS_HOST: 'a', API_TOKEN: 'b' }, '"API_TOKEN" and "REDIS_HOST" of your shell differ'],
    [
      'one that the configuration names and the app has not',
      { MAIN_DB: 'x' },
      '"MAIN_DB" of your shell differs',
    ],
  ])('are named: %s', (_what, shell, sentence) => {
    expect(ignoredVariables(shell, app, ['MAIN_DB'])).toContain(sentence)
  })

  it.each([
    ['the same value', { API_TOKEN: 'the-app’s' }],
    ['what nobody takes to count', { COLOUR: 'red', TERM: 'xterm' }],
    ['a secret that the app does not have', { MY_OWN_TOKEN: 'x' }],
    ['the session’s own', { SSH_AUTH_SOCK: '/run/x', npm_config_token: 'x' }],
  ])('are passed over: %s', (_what, shell) => {
    expect(
      ignoredVariables(shell, new Map([...app, ['SSH_AUTH_SOCK', 'other']]), ['MAIN_DB']),
    ).toBeUndefined()
  })

  it('are never shown by their value', () => {
    expect(ignoredVariables({ API_TOKEN: 'mine-alone' }, app, [])).not.toMatch(/mine-alone|the-app/)
  })
})
