import { expect, it } from 'vitest'
import type { ParityReport } from '../environment/parity/report.ts'
import { parityRefusals } from './parity.ts'

const report: ParityReport = {
  verdict: 'same',
  compared: 1,
  findings: [],
  unobserved: [],
  varying: [],
  own: [],
  recorded: [],
}

const finding = {
  kind: 'image',
  number: 2,
  severity: 'block',
  title: 'image',
  harm: 'Other code.',
  items: [{ fact: 'image', app: 'a', twin: 'b' }],
} as const

const dark = {
  kind: 'user',
  number: 33,
  severity: 'warn',
  side: 'twin',
  fact: 'user:uid',
  why: 'no awk',
} as const

const codesFor = (some: Partial<ParityReport>, unobserved?: 'block' | 'warn') =>
  parityRefusals({ ...report, ...some }, unobserved).map(({ code }) => code)

it('refuses what blocks, and nothing else', () => {
  expect(codesFor({})).toEqual([])
  expect(codesFor({ verdict: 'differs', findings: [{ ...finding, severity: 'warn' }] })).toEqual([])
  expect(codesFor({ verdict: 'differs', findings: [{ ...finding, declared: 'meant' }] })).toEqual([])
  expect(codesFor({ verdict: 'blocked', findings: [finding] })).toEqual(['PARITY_DIFFERS'])
  expect(codesFor({ verdict: 'blocked', unobserved: [dark] })).toEqual(['PARITY_UNOBSERVED'])
  expect(codesFor({ verdict: 'differs', unobserved: [dark] }, 'warn')).toEqual([])
})

it('refuses whenever the verdict is that it is blocked', () => {
  expect(codesFor({ verdict: 'blocked' })).toEqual(['PARITY_DIFFERS'])
  expect(codesFor({ verdict: 'blocked', unobserved: [dark] }, 'warn')).toEqual(['PARITY_DIFFERS'])
})
