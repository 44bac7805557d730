import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import { newComparisonKey } from '../../../environment/probe/keyed.ts'
import type { Fact, Facts } from '../../../environment/release.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { answersIn, givenElsewhere, NodeAnswers } from './node-answers.ts'

const seen: Facts = new Map<string, Fact>([
  ['runtime-version:/bin/node', { value: 'sha256:1', source: 'sha256sum' }],
])
const answers: Facts = new Map<string, Fact>([
  ['timezone:node', { value: 'UTC', source: 'node' }],
  ['heap-limit:node', { unseen: 'node did not answer' }],
])

describe('answers that were given elsewhere', () => {
  it('say so, and are answers still', () => {
    const copied = givenElsewhere(answers, 'asked in the app')
    expect(copied.get('timezone:node')).toEqual({ value: 'UTC', source: 'node, asked in the app' })
    expect(copied.get('heap-limit:node')).toEqual({ unseen: 'node did not answer' })
    expect(answersIn(new Map([...seen, ...copied]))).toEqual(copied)
  })

  it('and were kept say that they were asked before', async () => {
    using temporary = temporaryFolder()
    const kept = new NodeAnswers({ root: temporary.folder, state: `${temporary.folder}/.purser` })
    const container = { Image: 'sha256:1', Config: { Env: [] } } as unknown as ContainerInspect
    const key = newComparisonKey()
    const given: Facts = new Map<string, Fact>([['timezone:node', { value: 'UTC', source: 'node' }]])
    expect(await kept.of(container, seen, key, async () => given)).toEqual(given)
    const again = await kept.of(container, seen, key, () => Promise.reject(new Error('It was asked again.')))
    expect(again.get('timezone:node')).toEqual({ value: 'UTC', source: 'node, asked before' })
    const third = await kept.of(container, seen, key, () => Promise.reject(new Error('It was asked again.')))
    expect(third).toEqual(again)
  })
})
