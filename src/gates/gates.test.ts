import { describe, expect, it } from 'vitest'
import { PurserError } from '../core/errors.ts'
import type { RunRequest } from '../runs/events.ts'
import { passGates } from './pass-gates.ts'
import { reasonGate } from './reason.ts'
import { roomGate } from './room.ts'

const release = { digest: 'sha256:0', instances: [], notices: [], skews: [], isMutable: false }
const request = (reason?: string): RunRequest => ({
  environment: 'production',
  service: 'web',
  task: 'greet',
  kind: 'script',
  parameters: {},
  actor: { kind: 'human', name: 'ada', source: 'os', os: 'ada@host' },
  origin: { host: 'host', starter: { pid: 1, startedTicks: 2, boot: 'b' } },
  release: { digest: 'sha256:0', instances: [] },
  notices: [],
  ...(reason === undefined ? {} : { reason }),
})

describe('the gates', () => {
  it('answer all, so that everything in the way is said at once', async () => {
    const gates = [reasonGate('required'), roomGate('/', Number.POSITIVE_INFINITY)]
    const { refusals } = await passGates(gates, request(), release)
    expect(refusals.map(({ code }) => code)).toEqual(['REASON_REQUIRED', 'NO_ROOM'])
  })

  it('refuse when they can’t answer', async () => {
    const { refusals } = await passGates([roomGate('/no/such/folder', 1)], request(), release)
    expect(refusals).toEqual([
      expect.objectContaining({ code: 'GATE_FAILED', message: expect.stringContaining('"room"') }),
    ])
  })

  it('say what stood in their way, where that has a code of its own', async () => {
    const said = { message: 'It is not there.', remedy: 'Look for it.' }
    const check = () => Promise.reject(new PurserError('DATABASE_UNREACHABLE', said))
    expect(await passGates([{ name: 'some', check }], request(), release)).toEqual({
      refusals: [{ code: 'DATABASE_UNREACHABLE', ...said }],
    })
  })

  it('say that there is nothing to do, beside what refuses', async () => {
    const nothing = { name: 'some', check: async () => ({ needless: 'nothing is pending' }) }
    const found = await passGates([nothing, reasonGate('required')], request(), release)
    expect(found).toMatchObject({ needless: 'nothing is pending', refusals: [{ code: 'REASON_REQUIRED' }] })
  })
})

describe('the gate for reasons', () => {
  it.each([
    ['optional', undefined, 'not-applicable'],
    [undefined, undefined, 'not-applicable'],
    ['required', 'it is Monday', 'pass'],
    ['required', ' ', expect.objectContaining({ code: 'REASON_REQUIRED' })],
    ['required', undefined, expect.objectContaining({ message: expect.stringContaining('"production"') })],
  ] as const)('where it is %s and was %s', async (policy, reason, expected) => {
    expect(await reasonGate(policy).check(request(reason), release)).toEqual(expected)
  })
})

it('the gate for room passes where there is some', async () => {
  expect(await roomGate('/', 1).check(request(), release)).toBe('pass')
})
