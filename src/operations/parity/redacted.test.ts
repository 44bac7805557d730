import { expect, it } from 'vitest'
import { createRedactor } from '../../core/redaction/redactor.ts'
import { compareFacts } from '../../environment/parity/compare.ts'
import { listFacts } from '../../environment/parity/list-facts.ts'
import type { Fact, Facts } from '../../environment/release.ts'
import { parityRefusals } from '../../gates/parity.ts'
import { redactedFacts, redactedReport } from './redacted.ts'

const seen = (value: string): Fact => ({ value, source: 'test' })
const lists: Facts = new Map(['variables', 'mounts', 'networks'].map((id) => [id, seen('listed')]))
const app: Facts = new Map([
  ...lists,
  ['search-path:main', seen('hunter-two')],
  ['umask', seen('0022')],
  ['user:uid', { unseen: 'hunter-two was refused' }],
  ['command', seen('hunter-two')],
])
const twin: Facts = new Map([...lists, ['search-path:main', seen('public')], ['umask', seen('0077')]])
const report = compareFacts({
  app: [{ id: 'app', facts: app }],
  twin,
  declared: new Map([['umask', 'hunter-two likes it so']]),
  own: new Map(),
  configured: new Set(),
})

const redactorOf = (...values: readonly string[]) =>
  createRedactor(values.map((value, at) => ({ name: `SECRET_${at}`, value })))

it('hides what was seen, and what somebody wrote', () => {
  const redactor = redactorOf('hunter-two')
  const shown = redactedReport(report, redactor)
  const facts = redactedFacts(listFacts(app, twin), redactor)
  const told = JSON.stringify([shown, facts, parityRefusals(shown)])
  expect(JSON.stringify(report)).toContain('hunter-two')
  expect(told).not.toContain('hunter-two')
  expect(told).toContain('[redacted SECRET_0]')
})

it('changes no word by which a run is refused, whatever the secrets are', () => {
  const words = [
    'severity',
    'verdict',
    'findings',
    'blocked',
    'search-path',
    'unobserved',
    'declared',
    'fact',
  ]
  const shown = redactedReport(report, redactorOf(...words))
  expect(shown).toMatchObject({
    verdict: 'blocked',
    findings: [{ kind: 'search-path', severity: 'block' }, {}],
  })
  expect(parityRefusals(shown).map(({ code }) => code)).toEqual(['PARITY_DIFFERS', 'PARITY_UNOBSERVED'])
})
