import { describe, expect, it } from 'vitest'
import { identifyActor } from './identify-actor.ts'

const clues = (variables: Record<string, string>, gitEmail?: string) => ({
  variables,
  osUser: 'ada',
  host: 'laptop',
  ...(gitEmail === undefined ? {} : { gitEmail }),
})

describe('an actor', () => {
  it.each([
    [{}, undefined, { kind: 'human', name: 'ada@laptop', source: 'os' }],
    [{}, 'ada@example.org', { kind: 'human', name: 'ada@example.org', source: 'git user.email' }],
    [
      { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_ACTOR: 'grace' },
      'bot@example.org',
      { kind: 'ci', name: 'grace', source: 'GITHUB_ACTOR' },
    ],
    [{ CI: 'true' }, undefined, { kind: 'ci', name: 'ada@laptop', source: 'CI' }],
    [{ CI: 'false' }, undefined, { kind: 'human', name: 'ada@laptop', source: 'os' }],
    [
      { CLAUDECODE: '1' },
      'ada@example.org',
      { kind: 'agent', name: 'claude-code for ada@example.org', source: 'CLAUDECODE' },
    ],
  ])('with %j and git %s is %j', (variables, gitEmail, expected) => {
    expect(identifyActor(clues(variables, gitEmail))).toEqual({ ...expected, os: 'ada@laptop' })
  })
})
