import type { Clone } from '../../databases/clone.ts'
import type { ClientStatement, Clients } from '../../databases/inspector.ts'
import type { PassName } from '../../runs/rehearsal.ts'
import type { Evidence } from './evidence.ts'
import { compat } from './passes/compat.ts'
import { crossings, crowd } from './passes/crowd.ts'
import { dying } from './passes/dying.ts'
import { timing } from './passes/timing.ts'
import { type Traced, trace } from './passes/trace.ts'
import { twice } from './passes/twice.ts'
import { undo } from './passes/undo.ts'
import { Programme, type Unplayed } from './programme.ts'
import { type Scene, type Stage, setUp, setUpTwo } from './stage.ts'

/** What is wished of a rehearsal beside its stage. */
export interface Wished {
  /** Passes that are not played. The trace always is. */
  readonly off: ReadonlySet<PassName>
  /** What clients have sent lately, or why that can't be seen. */
  readonly clients: readonly ClientStatement[] | { readonly unseen: string }
}

/** All that a rehearsal has seen, and of what. */
export interface Rehearsed {
  readonly evidence: Evidence
  /** Digest of the schema that it began with, as production had it. */
  readonly startingSchema: string
  readonly clone: Pick<Clone, 'strategy' | 'why' | 'tookMs' | 'dataFrom'>
}

/**
 * Plays a migration on clones, pass by pass, and tells what was seen. A pass that could not be played is on record as that,
 * and is no error. Throws what keeps a clone from being made, and for an abort.
 */
export async function rehearse(stage: Stage, wished: Wished): Promise<Rehearsed> {
  const programme = new Programme(stage, wished.off)
  const { clone, traced } = await playOnTwo(stage, programme, wished)
  // the first clones are gone by now: there are never more than two
  if (traced !== undefined && hasEndedByItself(traced))
    await playOnOthers({ ...stage, dataFrom: clone.dataFrom }, programme, traced)
  const { strategy, why, tookMs, dataFrom, fingerprint, faithfulness } = clone
  const unfaithful = faithfulness.checks.filter(({ result }) => result !== 'same')
  return {
    evidence: {
      ...programme.seen,
      ...{ passes: programme.records, unfaithful, masked: faithfulness.masked },
    },
    startingSchema: fingerprint,
    clone: { strategy, why, tookMs, dataFrom },
  }
}

/** The trace, and the passes that need no other clones than the one it was played on and the one it was not. */
async function playOnTwo(stage: Stage, programme: Programme, { off, clients }: Wished) {
  const [one, other] = await setUpTwo(stage)
  await using played = one
  await using untouched = other
  const old = await prepare(played, off.has('compat') || 'unseen' in clients ? [] : clients)
  await using _ = 'execute' in old ? old : undefined
  const traced = await programme.play('trace', 'The migration is run on a clone, and watched.', () =>
    trace(stage, played, untouched),
  )
  if (traced !== undefined && hasEndedByItself(traced))
    await playFurther({ stage, programme, played, untouched, old, clients }, traced)
  return { clone: played.clone, traced }
}

/** Else nothing that is seen is of the migration alone. */
function hasEndedByItself({ end: { code, escapes } }: Traced): boolean {
  return typeof code === 'number' && escapes.length === 0
}

/** The sessions of clients are older than the migration. Why there are none is told where they are wanted. */
async function prepare(
  { inspector }: Scene,
  statements: readonly ClientStatement[],
): Promise<Clients | { readonly error: unknown }> {
  return await inspector.prepare(statements).catch((error: unknown) => ({ error }))
}

interface Playing extends Pick<Wished, 'clients'> {
  readonly stage: Stage
  readonly programme: Programme
  readonly played: Scene
  readonly untouched: Scene
  readonly old: Clients | { readonly error: unknown }
}

/** Of a migration that fails there is only one thing more to know: how it fails again. */
function failing(traced: Traced): Unplayed | undefined {
  return traced.end.code === 0 ? undefined : { notApplicable: 'The migration fails.' }
}

async function playFurther(playing: Playing, traced: Traced): Promise<void> {
  const { stage, programme, played, untouched, old, clients } = playing
  const failed = failing(traced)
  await programme.play('compat', 'What clients have sent lately is tried before and after.', async () => {
    if (failed !== undefined) return failed
    if ('unseen' in clients) return { impossible: clients.unseen }
    if (clients.length === 0) return { notApplicable: 'No client has sent a statement lately.' }
    if ('error' in old) throw old.error
    return await compat(old, clients, played, untouched)
  })
  await programme.play('timing', 'It is run unwatched, while its tables are read and written.', async () => {
    if (failed !== undefined) return failed
    return (await timing(stage, untouched, traced)) ?? touchesNothing
  })
  await programme.play('twice', 'It is run again.', () => twice(stage, played, traced))
}

async function playOnOthers(stage: Stage, programme: Programme, traced: Traced): Promise<void> {
  const failed = failing(traced)
  await programme.play('dying', 'It is killed on the way, and run again.', async () => {
    if (failed !== undefined) return failed
    return (await dying(stage, traced)) ?? { notApplicable: 'It commits once at most.' }
  })
  await programme.play('undo', 'It is run, and taken back.', async () => {
    if (failed !== undefined) return failed
    if (stage.undo === undefined) return { notApplicable: 'The migration has no way back.' }
    return await undo(stage, traced, stage.undo)
  })
  await programme.play('crowd', 'It is run among others who want the same tables.', async () => {
    if (failed !== undefined) return failed
    const crossed = crossings(traced)
    if (crossed.length === 0) return { notApplicable: 'It locks no two tables that others lock one by one.' }
    await using scene = await setUp(stage)
    return await crowd(stage, scene, crossed, traced)
  })
}

const touchesNothing: Unplayed = { notApplicable: 'It touches no table that was there.' }
