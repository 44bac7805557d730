import { expect, it } from 'vitest'
import { describeOutcome, type Outcome } from './outcomes.ts'

it.each<[Outcome, string]>([
  [{ end: 'exited', code: 3 }, 'exit code 3'],
  [
    { end: 'exited', code: 1, oom: true, limitBytes: 64_000_000 },
    'exit code 1; a process of it was killed: out of memory, at the limit of 64.0 MB',
  ],
  [{ end: 'needless', why: 'nothing is pending' }, 'nothing is pending'],
  [{ end: 'killed', signal: 'SIGSEGV' }, 'killed by SIGSEGV'],
  [{ end: 'killed', signal: 'SIGKILL', oom: true }, 'killed with SIGKILL: out of memory'],
  [
    { end: 'killed', signal: 'SIGKILL', oom: true, limitBytes: 64_000_000 },
    'killed with SIGKILL: out of memory, at the limit of 64.0 MB',
  ],
])('%j is told as "%s"', (outcome, expected) => {
  expect(describeOutcome(outcome)).toBe(expected)
})
