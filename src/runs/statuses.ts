/** The states of a run, each in a sentence. */
export const statuses = {
  queued: 'It is on record; its gates have not all answered.',
  starting: 'Its gates passed; an attempt is being started.',
  running: 'An attempt is at work.',
  pausing: 'A pause was asked for; the slice at work is finishing.',
  paused: 'It rests, and can be resumed.',
  cancelling: 'A cancel was asked for; the attempt is being stopped.',
  succeeded: 'The task ended by itself with exit code 0, or there was nothing for it to do.',
  failed: 'The task ended by itself with another exit code or by a signal.',
  cancelled: 'It was stopped because somebody asked for it.',
  refused: 'A gate refused it; nothing of the task ran.',
  'timed-out': 'It was stopped because it ran longer than it may.',
  lost: 'What became of the attempt is not known; nothing of it is alive.',
} as const satisfies Record<string, string>

export type Status = keyof typeof statuses

/** Every legal move. What is not here is a mistake of ours or a forged ledger. */
export const moves: { readonly [from in Status]: readonly Status[] } = {
  // a refusal by a gate; nothing to do; a cancel before the start; a `purser` that died before it started anything
  queued: ['starting', 'refused', 'succeeded', 'cancelled', 'lost'],
  // a refusal by a gate that looks at the twin; any end without `running` when nobody was watching
  starting: [
    'running',
    'paused',
    'refused',
    'cancelling',
    'succeeded',
    'failed',
    'cancelled',
    'timed-out',
    'lost',
  ],
  // `cancelled` without `cancelling` when the machine told it to stop (a shutdown); `paused` without `pausing` when a
  // batch rests by itself: its canary is done, or its lead was killed
  running: ['pausing', 'paused', 'cancelling', 'succeeded', 'failed', 'cancelled', 'timed-out', 'lost'],
  // the last slice may end the run before the pause takes effect
  pausing: ['paused', 'cancelling', 'succeeded', 'failed', 'cancelled', 'timed-out', 'lost'],
  // resuming starts a new attempt
  paused: ['starting', 'cancelling', 'cancelled'],
  // a task may end by itself, run out of time, or be refused in its twin, before the cancel reaches it
  cancelling: ['cancelled', 'refused', 'succeeded', 'failed', 'timed-out', 'lost'],
  succeeded: [],
  failed: [],
  cancelled: [],
  refused: [],
  'timed-out': [],
  lost: [],
}

export const allStatuses = Object.keys(statuses) as readonly Status[]

/** Whether a run may go from one status to the other. */
export function mayMove(from: Status, to: Status): boolean {
  return moves[from].includes(to)
}

/** Whether a run in this status will never change again. */
export function isEnd(status: Status): boolean {
  return moves[status].length === 0
}
