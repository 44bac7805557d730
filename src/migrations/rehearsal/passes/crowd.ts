import type { TablePair } from '../../../databases/inspector.ts'
import { strengthOf } from '../../../databases/lock-modes.ts'
import type { Statement, StatementLock } from '../../../databases/wire.ts'
import type { CrowdEvidence, TraceEvidence } from '../evidence.ts'
import { meanwhile } from '../meanwhile.ts'
import { playAgain } from '../play.ts'
import { Recorder } from '../recorder.ts'
import type { Scene, Stage } from '../stage.ts'

/** A pair whose parent a transaction locks first, and then its child; the application goes the other way. */
interface Crossing extends TablePair {
  /** The statement that locks the child, by its place. */
  readonly statement: number
}

/** Pairs of tables that the migration locks in an order opposite to that of whoever writes a row of the child. */
export function crossings({ statements, before: { references } }: TraceEvidence): readonly Crossing[] {
  return references.flatMap((pair) => {
    const statement = statements.findIndex((one) => locksChildLate(one, pair))
    return statement === -1 ? [] : [{ ...pair, statement }]
  })
}

/** Of the locks of one statement nobody knows which came first: trying tells. */
function locksChildLate({ locks, held }: Statement, { child, parent }: TablePair): boolean {
  return (
    child !== parent &&
    locks.some((lock) => isOf(lock, child) && lock.blocks !== 'nobody') &&
    !held.some((lock) => isOf(lock, child) && lock.blocks !== 'nobody') &&
    [...held, ...locks].some((lock) => isOf(lock, parent) && stopsChecks(lock))
  )
}

function isOf({ relation }: StatementLock, table: string): boolean {
  return relation === table
}

/** Whether the check of a foreign key waits for it, which locks as SELECT FOR KEY SHARE does. */
function stopsChecks({ mode, blocks }: StatementLock): boolean {
  return blocks !== 'nobody' && strengthOf(mode) >= strengthOf('ExclusiveLock')
}

/** Runs the migration again while a crowd goes the other way, and sees whether the two wait for each other. */
export async function crowd(
  stage: Stage,
  scene: Scene,
  crossed: readonly Crossing[],
  traced: TraceEvidence,
): Promise<CrowdEvidence> {
  const tap = new Recorder()
  const others = await scene.inspector.crowd(crossed)
  const pairs = await meanwhile(others, async () => {
    const { code } = await playAgain(stage, scene, stage.migrate, traced, { tap })
    if (code !== 0 && !hasGivenUp(tap)) throw new Error(`The migration ended with ${code} among others.`)
  })
  const hit = crossed.filter((one, place) => isVictim(tap, one) || (pairs[place]?.deadlocks ?? 0) > 0)
  // ended in a statement that took its locks in another order this time
  const isUnknown = hit.length === 0 && failsWith(tap, '40P01')
  return {
    deadlocks: (isUnknown ? crossed : hit).map(({ parent, child, statement }) => {
      return { first: parent, second: child, statement }
    }),
  }
}

function isVictim({ statements }: Recorder, { statement }: Crossing): boolean {
  return statements[statement]?.failure?.sqlState === '40P01'
}

/** It was chosen to end a deadlock, or would rather not wait. */
function hasGivenUp(tap: Recorder): boolean {
  return ['40P01', '55P03', '57014'].some((sqlState) => failsWith(tap, sqlState))
}

function failsWith({ statements }: Recorder, sqlState: string): boolean {
  return statements.some(({ failure }) => failure?.sqlState === sqlState)
}
