import { expect, it } from 'vitest'
import { inspected, inspectedImage, listed, mounted } from '../../../../test/support/docker/inspections.ts'
import { noticesOf } from './notices.ts'

const seen = {
  listed: [listed('web')],
  model: inspected(),
  serving: inspectedImage({}, `sha256:${'a'.repeat(64)}`),
  candidate: undefined,
  neighbours: [listed('web')],
  readOnly: [],
} as const

it('nothing is worth knowing of an ordinary app', () => {
  expect(noticesOf(seen)).toEqual([])
})

const data = mounted('data', '/data')

it.each<[string, Partial<Parameters<typeof noticesOf>[0]>, string]>([
  [
    'a container that is paused',
    { listed: [listed('web'), listed('web-2', { State: 'paused' })] },
    '1 container of the app is paused.',
  ],
  [
    'a container that is unhealthy',
    { listed: [listed('web', { Status: 'Up 3 hours (unhealthy)' })] },
    'Container web of the app is unhealthy.',
  ],
  [
    'a candidate',
    { candidate: inspectedImage({}, `sha256:${'b'.repeat(64)}`) },
    'The image is the candidate sha256:bbbbbbbbbbbb, not sha256:aaaaaaaaaaaa that serves in web.',
  ],
  [
    'a volume that only the app writes to',
    { model: inspected({ Mounts: [data] }), neighbours: [listed('web', { Mounts: [data] })] },
    '"data" (/data)',
  ],
  [
    'a hostname that a twin can’t have',
    { model: inspected({ Config: { Hostname: 'web-1' }, Networks: { shop: {} } }) },
    '"web-1"',
  ],
])('of %s is told', (_name, change, expected) => {
  const notices = noticesOf({ ...seen, ...change })
  expect(notices).toEqual([expect.stringContaining(expected)])
})
