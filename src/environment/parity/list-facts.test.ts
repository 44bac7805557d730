import { expect, it } from 'vitest'
import type { Fact } from '../release.ts'
import { listFacts } from './list-facts.ts'

const seen = (value: string): Fact => ({ value, source: '/proc' })

it('lists what both sides have, and never a value that may be secret, nor its digest', () => {
  const app = new Map<string, Fact>([
    ['umask', seen('0022')],
    ['timezone:node', { value: 'UTC', source: 'node' }],
    ['variables', seen('listed')],
    ['variables:TOKEN', seen('digest-one')],
    ['variables:SAME', seen('digest-same')],
    ['variables:GONE', seen('digest-gone')],
    ['kernel', { unseen: 'no such file' }],
  ])
  const twin = new Map<string, Fact>([
    ['umask', seen('0077')],
    ['timezone:node', { value: 'UTC', source: 'node, asked in the app' }],
    ['variables', seen('listed')],
    ['variables:TOKEN', seen('digest-two')],
    ['variables:SAME', seen('digest-same')],
    ['kernel', seen('6.1')],
  ])
  const listed = listFacts(app, twin)
  expect(JSON.stringify(listed)).not.toContain('digest')
  expect(listed).toEqual([
    { fact: 'umask', app: '0022', twin: '0077', source: '/proc' },
    { fact: 'timezone:node', app: 'UTC', twin: 'UTC', source: 'node; in the run: node, asked in the app' },
    { fact: 'variables:TOKEN', app: 'one value', twin: 'another value', source: '/proc' },
    { fact: 'variables:SAME', app: 'one value', twin: 'one value', source: '/proc' },
    { fact: 'variables:GONE', app: 'a value', twin: 'none', source: '/proc' },
    { fact: 'kernel', app: 'not seen', twin: '6.1', source: '/proc' },
  ])
})
