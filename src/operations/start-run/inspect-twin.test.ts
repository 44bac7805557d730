import { expect, it } from 'vitest'
import type { ParityReport } from '../../environment/parity/report.ts'
import type { Fact, Release } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { inspectTwin } from './inspect-twin.ts'
import type { Plan } from './plan-run.ts'

const placeWith = (umask: string, searchPath: string): Observed => ({
  id: 'place',
  facts: new Map(
    Object.entries({
      ...{ variables: 'listed', mounts: 'listed', networks: 'listed', umask },
      'search-path:main': searchPath,
    }).map(([id, value]): [string, Fact] => [id, { value, source: 'test' }]),
  ),
  configured: new Set(),
  own: new Map(),
  dial: () => Promise.reject(new Error('not asked for')),
})

it('judges by what was seen, and tells neither the app’s secrets nor what was typed', async () => {
  const context = { signal: new AbortController().signal } as unknown as Context
  const target = {
    settings: { services: {} },
    executor: {
      observes: true,
      observe: async () => [placeWith('0022', 'of-the-app-itself')],
      variables: async () => new Map([['API_TOKEN', 'of-the-app-itself']]),
    },
  } as unknown as Target
  const plan = {
    differs: new Map(),
    secrets: [
      { name: 'argument 1', value: 'typed-by-somebody' },
      { name: 'argument 2', value: 'severity' },
    ],
  } as unknown as Plan
  const reports: ParityReport[] = []
  const inspection = inspectTwin(context, target, {} as unknown as Release, plan, (report) => {
    reports.push(report)
  })
  const judgement = await inspection?.judge(placeWith('0077', 'typed-by-somebody'))
  expect(judgement?.refusals).toMatchObject([{ code: 'PARITY_DIFFERS' }])
  expect(judgement?.parity).toMatchObject({ verdict: 'blocked', findings: [{ severity: 'block' }, {}] })
  expect(reports).toEqual([judgement?.parity])
  expect(JSON.stringify(judgement)).not.toMatch(/of-the-app-itself|typed-by-somebody/)
})
