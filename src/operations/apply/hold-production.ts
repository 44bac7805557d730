import { PurserError, type Refusal } from '../../core/errors.ts'
import { Holdings } from '../../core/holdings.ts'
import type { Budgets, Tap, Wire } from '../../databases/wire.ts'
import type { Release } from '../../environment/release.ts'
import type { Needless } from '../../gates/gate.ts'
import { type KnownRehearsal, passingRehearsal } from '../../gates/rehearsal.ts'
import { EnvelopeGuard } from '../../guards/envelope.ts'
import { Recorder } from '../../migrations/rehearsal/recorder.ts'
import type { Envelope } from '../../runs/rehearsal.ts'
import type { Run } from '../../runs/run.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { rehearsalPolicy } from '../rehearsals/policy.ts'
import { inspectProduction, type Production, productionOf } from '../rehearsals/production.ts'
import type { Plan } from '../start-run/plan-run.ts'
import { readForGate } from './ask-rehearsal.ts'
import { awaitQuiet } from './await-quiet.ts'

/** What a migration of production is held by, from before its twin is launched until it has ended. */
export interface Hold extends AsyncDisposable {
  /** The database's variable, with the wire's URL in the place of the real one. */
  readonly variables: Readonly<Record<string, string>>
  /** What was seen of it, or why it could not be watched, in a sentence. */
  readonly seen: Recorder | { readonly missing: string }
  /** The rehearsal that it is held to; missing where the glass was broken. */
  readonly rehearsal?: KnownRehearsal
  /** Partitions that come and go by themselves, by patterns: what is done to them is compared together. */
  readonly passingPartitions: readonly string[]
}

/**
 * Takes the migrator's lock, waits until nothing is in the way, asks the gate again, and opens a wire that lets through what
 * was rehearsed. Returns why not, where one of these says no, or there is nothing to do any more; nothing is held then.
 */
export async function holdProduction(
  ...asked: Parameters<typeof takeHold>
): Promise<Hold | Needless | { readonly refusals: readonly Refusal[] }> {
  try {
    return await takeHold(...asked)
  } catch (error) {
    if (!(error instanceof PurserError)) throw error
    const { code, message, remedy } = error
    return { refusals: [{ code, message, remedy }] }
  }
}

async function takeHold(
  context: Context,
  target: RecordedTarget,
  release: Release,
  plan: Plan,
  run: Run,
): Promise<Hold | Needless | { readonly refusals: readonly Refusal[] }> {
  const production = await productionOf(context, target, release, plan.task)
  await using held = new Holdings()
  const inspector = held.use(await inspectProduction(production))
  const lock = await inspector.lockForMigrator(`purser run ${run.id}`)
  if ('heldBy' in lock) return { refusals: [migratorAtWork(production, lock.heldBy)] }
  held.use(lock)
  const busy = await awaitQuiet(context, inspector, production)
  if (busy !== undefined) return { refusals: [busy] }
  const rehearsal = await askAgain(context, target, release, plan, run)
  if (rehearsal !== undefined && 'code' in rehearsal) return { refusals: [rehearsal] }
  if (rehearsal !== undefined && 'needless' in rehearsal) return rehearsal
  const watched = held.use(await watch(context, target, release, plan, run, production, rehearsal))
  // Whoever has lost the lock is not the only migrator any more.
  lock.lost.addEventListener('abort', () => void watched[Symbol.asyncDispose](), { once: true })
  const all = held.move()
  const { variables, seen } = watched
  return {
    variables,
    seen,
    ...(rehearsal === undefined ? {} : { rehearsal }),
    passingPartitions: passingOf(production.wiring),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

type Watched = Pick<Hold, 'variables' | 'seen'> & AsyncDisposable

/** Puts production behind a wire, where the executor can; says so where it can't. */
async function watch(
  context: Context,
  target: RecordedTarget,
  release: Release,
  plan: Plan,
  run: Run,
  production: Production,
  rehearsal: KnownRehearsal | undefined,
): Promise<Watched> {
  const way = await target.executor.wireWay(release, context.signal)
  if ('missing' in way) {
    context.warn(
      `The migration of database "${production.name}" is not watched: ${way.missing} It is what was rehearsed, and nobody else migrates; how many rows it changes nobody holds it to.`,
    )
    return { variables: {}, seen: way, [Symbol.asyncDispose]: async () => {} }
  }
  await using opened = new Holdings()
  opened.use(way)
  const { wireAddress } = way
  const { recorder, wire } = await openGuarded(target, production, rehearsal, wireAddress, async () => {
    const found = await askAgain(context, target, release, plan, run)
    const answer = found !== undefined && 'needless' in found ? appliedMeanwhile(found) : found
    if (answer === undefined || !('code' in answer)) return undefined
    // a client that is cut off may not say why
    context.warn(`${answer.message} No statement of it was executed. ${answer.remedy}`)
    return answer
  })
  opened.use(wire)
  way.broken.addEventListener('abort', () => {
    context.warn('The way to the wire broke. What the migration had not committed is rolled back.')
    void wire[Symbol.asyncDispose]()
  })
  const all = opened.move()
  return {
    variables: { [production.variable]: way.leadTo(wire.url) },
    seen: recorder,
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

/** The gate once more, of the release and the schema as they are now; nothing to say where the glass was broken. */
async function askAgain(
  context: Context,
  target: RecordedTarget,
  release: Release,
  plan: Plan,
  run: Run,
): Promise<KnownRehearsal | Needless | Refusal | undefined> {
  if (run.request.breakGlass !== undefined) return undefined
  const { candidate } = plan
  const serving = await target.executor.release(context.signal, candidate === undefined ? {} : { candidate })
  if (serving.digest !== release.digest) return releaseReplaced(release, serving)
  const weighed = await readForGate(context, target, serving, plan)
  if ('needless' in weighed) return weighed
  const { asked, known, freshness } = weighed
  return passingRehearsal(asked, known, freshness)
}

/** A wire to production, which does not let through more than was rehearsed. */
async function openGuarded(
  { settings }: RecordedTarget,
  { wiring, url, dial }: Production,
  rehearsal: KnownRehearsal | undefined,
  address: string,
  beforeFirstStatement: NonNullable<Tap['beforeFirstStatement']>,
): Promise<{ readonly recorder: Recorder; readonly wire: Wire }> {
  const policy = rehearsalPolicy(settings.rehearsal)
  const envelope = rehearsal?.record.envelope
  const recorder =
    envelope === undefined
      ? new Recorder()
      : new EnvelopeGuard(envelope, policy.rowTolerance, passingOf(wiring))
  const wire = await wiring.wire(url, {
    address,
    tap: {
      beforeFirstStatement,
      mayCommitByItself: (text) => recorder instanceof EnvelopeGuard && recorder.mayCommitByItself(text),
      beforeCommit: (session, effects) => recorder.beforeCommit(session, effects),
      afterStatement: (statement) => recorder.afterStatement(statement),
      afterTransaction: (...ended) => recorder.afterTransaction(...ended),
    },
    isEnforced: envelope !== undefined,
    requireDirect: true,
    ...(dial === undefined ? {} : { dial }),
    ...(envelope === undefined ? {} : { budgets: budgetsOf(envelope, policy.maxBlockedMs.writes) }),
  })
  return { recorder, wire }
}

function passingOf({ clones }: Production['wiring']): readonly string[] {
  return clones?.passingPartitions ?? []
}

// A production server is busier than a clone.
const slower = 10
const leastMs = 60_000

/** Whoever waits for a lock keeps others waiting behind it, for no longer than writers may be kept. */
function budgetsOf({ longestStatementMs }: Envelope, lockTimeoutMs: number): Budgets {
  return { lockTimeoutMs, statementTimeoutMs: Math.max(leastMs, longestStatementMs * slower) }
}

function migratorAtWork({ name }: Production, holder: string): Refusal {
  return {
    code: 'MIGRATOR_AT_WORK',
    message: `Database "${name}" is being migrated already, by ${holder}.`,
    remedy: 'Wait for its end, and try again. Nothing was started.',
  }
}

function appliedMeanwhile({ needless }: Needless): Refusal {
  return {
    code: 'MIGRATION_NOTHING_PENDING',
    message: `While the migration was being started, somebody else has migrated: ${needless}.`,
    remedy:
      'There is nothing left to run. Let all migrations go through `purser run`, which lets one in at a time.',
  }
}

function releaseReplaced(before: Release, now: Release): Refusal {
  return {
    code: 'REHEARSAL_DIFFERS',
    message: `The release that serves was replaced meanwhile: ${before.digest} by ${now.digest}.`,
    remedy: 'Rehearse the migration in the release that serves now, or name one with `--candidate`.',
  }
}
