import { expect, it } from 'vitest'
import { inspected, inspectedImage } from '../../../../test/support/docker/inspections.ts'
import type { Model } from './model.ts'
import { ownDifferences } from './own-differences.ts'

const model: Model = {
  container: inspected(),
  servingImage: inspectedImage({ Env: ['PATH=/bin', 'VERSION=1', 'OLD=1'] }),
  image: inspectedImage({ Env: ['PATH=/bin', 'VERSION=1', 'OLD=1'] }),
  runsEntrypoint: true,
  variables: new Map(),
  readOnly: [],
  hosts: [],
  hasHelperVolume: false,
}
const ofRun = ['variables:PURSER_RUN', 'variables:PURSER_ATTEMPT']

function own(change: Partial<Model>, hidden: readonly string[] = []): string[] {
  return [...ownDifferences({ ...model, ...change }, { hidden }).keys()].filter(
    (fact) => !ofRun.includes(fact),
  )
}

it('a twin names its run, and is the same in everything else', () => {
  expect([...ownDifferences(model, { hidden: [] }).keys()]).toEqual(ofRun)
})

it.each<[string, Partial<Model>, readonly string[], readonly string[]]>([
  ['variables that proxies look for', {}, ['VIRTUAL_HOST=a'], ['variables:VIRTUAL_HOST']],
  ['volumes that runs only read', { readOnly: ['/data'] }, [], ['mounts:/data', 'mounts:seen:/data']],
  [
    'a shell that is brought along',
    { hasHelperVolume: true },
    [],
    ['mounts:/.purser', 'mounts:seen:/.purser'],
  ],
  ['links', { hosts: ['db:172.17.0.2'] }, [], ['dns:hosts', 'dns:hosts-asked', 'dns:links']],
  [
    'a host name that would lead to it',
    { container: inspected({ Config: { Hostname: 'web-1' }, Networks: { shop: {} } }) },
    [],
    ['hostname'],
  ],
])('%s are Purser’s own doing', (_name, change, hidden, expected) => {
  expect(own(change, hidden)).toEqual(expected)
})

it('of a candidate it is what the image decides: its kinds, and the variables that it changes', () => {
  const image = inspectedImage({ Env: ['PATH=/bin', 'VERSION=2', 'NEW=1'] }, 'sha256:candidate')
  const facts = own({ image })
  expect(facts).toEqual(expect.arrayContaining(['image', 'dependencies', 'runtime-version']))
  expect(facts.filter((fact) => fact.startsWith('variables:')).sort()).toEqual([
    'variables:NEW',
    'variables:OLD',
    'variables:VERSION',
  ])
  for (const fact of ['user', 'networks', 'mounts', 'memory-limit']) expect(facts).not.toContain(fact)
})
