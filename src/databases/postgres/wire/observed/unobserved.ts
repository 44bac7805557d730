import type { Refusal } from '../../../../core/errors.ts'

/** Refusals to commit what can't be counted. */
export const unobserved = {
  /** `why`: what went wrong with looking. */
  judgement: (why: string) =>
    refusal(
      `What the transaction did could not be judged: ${why.replace(/\.$/, '')}.`,
      "See docs/errors/WIRE_UNOBSERVED.md for what the wire needs of the server and of the task's session.",
    ),
  rounds: (rounds: number) =>
    refusal(
      `Triggers that are put off until the commit have put off others ${rounds} times, and still do.`,
      'Let a trigger not put off constraints again by SET CONSTRAINTS.',
    ),
  elsewhere: (table: string) =>
    refusal(
      `The transaction has locked ${table}, a foreign table, to change rows of it: they are on another server, and can't be counted here.`,
      'Change them where they are, by a task of its own. Where it is a partition, let a condition leave it out.',
    ),
  writingCursor: refusal(
    'A cursor WITH HOLD is run to its end by the commit, and its query writes, locks rows, or takes the numbers of a sequence: that can not be counted before.',
    'Close the cursor before the commit, and write by statements of their own.',
  ),
  unfenced: refusal(
    'A cursor WITH HOLD is run to its end by the commit. Whether its query writes can not be told where there was a savepoint, nor with AND CHAIN.',
    'Close the cursor before the commit, or declare it in a transaction without savepoints.',
  ),
} as const

function refusal(why: string, remedy: string): Refusal {
  return { code: 'WIRE_UNOBSERVED', message: `${why} It was rolled back.`, remedy }
}
