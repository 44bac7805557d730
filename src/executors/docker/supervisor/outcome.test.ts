import { expect, it } from 'vitest'
import { inspected } from '../../../../test/support/docker/inspections.ts'
import { refusedExit } from '../../../environment/probe/script.ts'
import type { Outcome } from '../../../runs/outcomes.ts'
import type { ContainerState } from '../engine/types.ts'
import { outcomeOf, whatBecameOf } from './outcome.ts'

const oom = { end: 'killed', signal: 'SIGKILL', oom: true } as const
const limitBytes = 64_000_000

it.each<[string, Partial<ContainerState>, number | undefined, Outcome]>([
  ['well', { ExitCode: 0 }, 0, { end: 'exited', code: 0 }],
  ['with a code of its own', { ExitCode: 3 }, 0, { end: 'exited', code: 3 }],
  ['with the code of a program that is not there', { ExitCode: 127 }, 0, { end: 'exited', code: 127 }],
  ['with 128, which is no signal', { ExitCode: 128 }, 0, { end: 'exited', code: 128 }],
  ['with 255, which is no signal', { ExitCode: 255 }, 0, { end: 'exited', code: 255 }],
  ['by SIGKILL', { ExitCode: 137 }, 0, { end: 'killed', signal: 'SIGKILL' }],
  ['by SIGSEGV', { ExitCode: 139 }, 0, { end: 'killed', signal: 'SIGSEGV' }],
  ['by SIGTERM', { ExitCode: 143 }, 0, { end: 'killed', signal: 'SIGTERM' }],
  ['out of memory at its limit', { ExitCode: 137, OOMKilled: true }, limitBytes, { ...oom, limitBytes }],
  ['out of memory of the machine', { ExitCode: 137, OOMKilled: true }, undefined, oom],
  [
    'with a code of its own, after one of its processes was out of memory',
    { ExitCode: 1, OOMKilled: true },
    limitBytes,
    { end: 'exited', code: 1, oom: true, limitBytes },
  ],
  [
    'well, though one of its processes was out of memory',
    { ExitCode: 0, OOMKilled: true },
    limitBytes,
    { end: 'exited', code: 0, oom: true, limitBytes },
  ],
])('a container ended %s', (_name, State, Memory, expected) => {
  const { State: state } = inspected({ State: { Status: 'exited', Running: false, ...State } })
  expect(outcomeOf(state, Memory === undefined ? {} : { Memory })).toEqual(expected)
})

it('a container that somebody removed is lost', () => {
  expect(outcomeOf(undefined, {})).toMatchObject({ end: 'lost', why: expect.stringContaining('removed') })
})

it('a twin that ended without its go-ahead ran nothing; a task may exit with the same code', () => {
  const { State } = inspected({ State: { Status: 'exited', Running: false, ExitCode: refusedExit } })
  expect(whatBecameOf(State, { hasBegun: false }, {})).toMatchObject({ end: 'unstartable' })
  expect(whatBecameOf(State, { hasBegun: true }, {})).toEqual({ end: 'exited', code: refusedExit })
})
