import type { NewEvent } from '../../src/ledger/ledger.ts'
import type { Actor } from '../../src/runs/actors.ts'
import type { Origin, RunEvent, RunRequest } from '../../src/runs/events.ts'

const actor: Actor = { kind: 'human', name: 'ada@example.com', source: 'git user.email', os: 'ada@lovelace' }

const origin: Origin = {
  host: 'lovelace',
  starter: { pid: 4_242, startedTicks: 81_000, boot: '0f8f1c1e-7a55-4d6e-8b3e-2f6f2a9d4c11' },
}

export const request: RunRequest = {
  environment: 'production',
  service: 'web',
  task: 'load-places',
  kind: 'script',
  parameters: { country: 'NO', dryRun: false },
  actor,
  reason: 'The new region opens on Monday.',
  origin,
  release: { digest: 'sha256:4f1c', instances: [{ id: 'web-1', facts: { 'process.user': 'app' } }] },
  notices: [],
}

export const refused: RunEvent = {
  kind: 'refused',
  refusals: [
    { code: 'REASON_REQUIRED', message: 'No reason was given.', remedy: 'Give one with `--reason`.' },
  ],
}

export const cancelling: RunEvent = { kind: 'cancelling', actor, reason: 'It was the wrong country.' }

export function requested(change: Partial<RunRequest> = {}): RunEvent {
  return { kind: 'requested', request: { ...request, ...change } }
}

export function starting(attempt: string): RunEvent {
  return { kind: 'starting', attempt: { id: attempt, ...origin } }
}

export function running(attempt: string): RunEvent {
  return { kind: 'running', attempt, pid: 4_243, containment: 'exact', startedAt: 1_750_000_000_200 }
}

export function ended(attempt: string, code = 0): RunEvent {
  return { kind: 'ended', attempt, outcome: { end: 'exited', code }, endedAt: 1_750_000_000_900 }
}

/** A run's whole story: requested, starting, running, ended. Its claim is taken when it starts. */
export function wholeRun(run: string, claim?: string): readonly NewEvent[] {
  const attempt = `${run}.1`
  const events = [requested(), starting(attempt), running(attempt), ended(attempt)]
  return events.map((event, index) => ({
    run,
    event,
    at: 1_750_000_000_000 + index,
    ...(claim !== undefined && event.kind === 'starting' ? { claim } : {}),
  }))
}
