import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent, RunMove } from './events.ts'
import type { Outcome } from './outcomes.ts'
import { foldRun, type RecordedEvent, statusAfter } from './run.ts'
import { isEnd, type Status } from './statuses.ts'

const actor = { kind: 'human', name: 'ada', source: 'os', os: 'ada@host' } as const
const starter = { pid: 1, startedTicks: 2, boot: 'b' }
const requested: RunEvent = {
  kind: 'requested',
  request: {
    environment: 'local',
    service: 'web',
    task: 'greet',
    kind: 'script',
    parameters: {},
    actor,
    origin: { host: 'host', starter },
    release: { digest: 'sha256:0', instances: [] },
    notices: [],
  },
}
const outcomes: readonly Outcome[] = [
  { end: 'exited', code: 0 },
  { end: 'exited', code: 3 },
  { end: 'needless', why: 'nothing is pending' },
  { end: 'killed', signal: 'SIGSEGV' },
  { end: 'stopped', signal: 'SIGTERM' },
  { end: 'timed-out', afterMs: 10 },
  { end: 'unstartable', why: 'no such file' },
  { end: 'refused', refusals: [] },
  { end: 'lost', why: 'killed' },
]
const anyEvent: fc.Arbitrary<RunMove> = fc.oneof(
  fc.constant<RunMove>({ kind: 'refused', refusals: [] }),
  fc.constant<RunMove>({ kind: 'starting', attempt: { id: 'r.1', host: 'host', starter } }),
  fc.constant<RunMove>({ kind: 'running', attempt: 'r.1', pid: 7, containment: 'exact', startedAt: 5 }),
  fc.constant<RunMove>({ kind: 'cancelling', actor }),
  fc.constantFrom(...outcomes).map<RunMove>((outcome) => ({ kind: 'ended', outcome, endedAt: 9 })),
)

/** The model: written from the meaning of the statuses, not from the table. */
function allowed(from: Status, event: RunMove, hasBegun: boolean): boolean {
  const to = statusAfter(event)
  if (isEnd(from)) return false
  if (event.kind === 'ended' && event.outcome.end === 'needless') return !hasBegun
  if (from === 'queued') return ['starting', 'refused', 'cancelled', 'lost'].includes(to)
  if (to === 'running') return from === 'starting'
  if (to === 'cancelling') return from === 'starting' || from === 'running'
  // a twin is looked at before it begins
  if (to === 'refused') return from === 'starting' || from === 'cancelling'
  return isEnd(to)
}

describe('a run', () => {
  it('follows the model through any sequence of events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), (events) => {
        const history: RecordedEvent[] = [{ at: 1, event: requested }]
        let status: Status = 'queued'
        let hasBegun = false
        for (const event of events) {
          const next = statusAfter(event)
          const attempt = () => foldRun('r', [...history, { at: 2, event }])
          if (!allowed(status, event, hasBegun)) {
            expect(attempt).toThrow(`Run r is ${status} and cannot become ${next}.`)
            continue
          }
          history.push({ at: 2, event })
          status = next
          hasBegun ||= event.kind === 'running'
          expect(foldRun('r', history)).toMatchObject({ status, version: history.length })
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('learns what it showed and did at any time, also after its end, and stays where it is', () => {
    const rehearsal = {
      verdict: 'pass',
      database: 'main',
      content: 'c',
      startingSchema: 's',
      identity: 'i',
    } as const
    const told: RunEvent = {
      kind: 'rehearsed',
      rehearsal: { ...rehearsal, findings: [], gaps: [], passes: [] },
    }
    const applied = { rows: {}, longestStatementMs: 3, surprises: ['It rained.'] }
    const events: RunEvent[] = [
      ...[requested, { kind: 'starting', attempt: { id: 'r.1', host: 'host', starter } } as const, told],
      ...[{ kind: 'ended', outcome: { end: 'exited', code: 0 }, endedAt: 9 } as const],
      { kind: 'applied', applied },
    ]
    const run = foldRun(
      'r',
      events.map((event, at) => ({ at, event })),
    )
    expect(run).toMatchObject({ status: 'succeeded', version: 5, rehearsedAt: 2, applied })
    expect(run.rehearsal?.verdict).toBe('pass')
  })

  it('begins with a request, and has but one', () => {
    expect(() => foldRun('r', [])).toThrow('does not begin with a request')
    expect(() => foldRun('r', [{ at: 1, event: { kind: 'cancelling', actor } }])).toThrow('does not begin')
    const twice = [requested, requested].map((event) => ({ at: 1, event }))
    expect(() => foldRun('r', twice)).toThrow('cannot become queued')
  })

  it('keeps what each attempt told', () => {
    const output = { bytes: 12, cut: 0, digest: 'd' }
    const events: RunEvent[] = [
      requested,
      { kind: 'starting', attempt: { id: 'r.1', host: 'host', starter } },
      { kind: 'running', attempt: 'r.1', pid: 7, containment: 'exact', startedAt: 5 },
      { kind: 'ended', attempt: 'r.1', outcome: { end: 'exited', code: 3 }, endedAt: 9, output },
    ]
    const run = foldRun(
      'r',
      events.map((event, at) => ({ at, event })),
    )
    expect(run).toMatchObject({ status: 'failed', endedAt: 9, outcome: { end: 'exited', code: 3 } })
    expect(run.attempts).toEqual([
      { id: 'r.1', host: 'host', starter, pid: 7, containment: 'exact', startedAt: 5, endedAt: 9, output },
    ])
  })
})
