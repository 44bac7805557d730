import { PurserError, reasonOf } from '../../core/errors.ts'
import type { Lacking } from '../../databases/inspector.ts'
import { apartUnenforced } from '../../environment/apart-unenforced.ts'
import type { Release } from '../../environment/release.ts'
import type { Needless } from '../../gates/gate.ts'
import { envelopeOf } from '../../migrations/rehearsal/envelope.ts'
import { type Rehearsed, rehearse, type Wished } from '../../migrations/rehearsal/rehearse.ts'
import { asJson } from '../../migrations/rehearsal/reports/json.ts'
import type { Migrate, Stage } from '../../migrations/rehearsal/stage.ts'
import { judge } from '../../migrations/rehearsal/verdict.ts'
import type { RehearsalRecord } from '../../runs/rehearsal.ts'
import type { Run } from '../../runs/run.ts'
import { openCloner } from '../clones/open-cloner.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { advanceRun } from '../runs/advance-run.ts'
import { keepEvidence } from './keep-evidence.ts'
import { contentDigest, pendingIn, whyNeedless } from './migration-subject.ts'
import { placeholders } from './placeholders.ts'
import type { Rehearsal } from './plan-rehearsal.ts'
import { inspectProduction } from './production.ts'
import { twinMigrator } from './twin-migrator.ts'
import type { RehearsalWatching } from './wish.ts'

const mostStatements = 500

/**
 * Plays a rehearsal and judges what was seen. What goes wrong on the way, an abort too, is a verdict of its own:
 * `not-rehearsed`. Where nothing is pending, nothing is played.
 */
export async function playRehearsal(
  context: Context,
  target: RecordedTarget,
  release: Release,
  rehearsal: Rehearsal,
  run: Run,
  watching: RehearsalWatching,
): Promise<RehearsalRecord | Needless> {
  const say = sayOnce((sentence) => watching.said?.(sentence))
  try {
    const { name, task } = rehearsal.production
    const { clients, pending } = await askProduction(rehearsal)
    const needless = whyNeedless(task.name, name, release, rehearsal.migrations, pending)
    if (needless !== undefined) return { needless }
    await using cloner = await openCloner(context, target, name)
    const apartness = await target.executor.apartness(release, context.signal)
    say(apartness.sentence)
    const isRequired = target.settings.rehearsal?.apart !== 'as-possible'
    // before a clone is made, which may take long
    if (isRequired && !apartness.isEnforced) throw apartUnenforced(apartness.sentence)
    const { identity } = await cloner.standing()
    const { variables } = rehearsal.production
    const migrator = twinMigrator({
      ...{ context, target, release, run, plan: rehearsal.plan, variable: rehearsal.production.variable },
      variables: placeholders(variables, target.settings.secrets ?? []),
      isApart: apartness.isEnforced,
      frame: (frame) => watching.frame?.(frame),
    })
    const { migrations } = rehearsal
    const { work } = rehearsal.plan
    const stage: Stage = {
      cloner,
      database: rehearsal.production.wiring,
      madeBy: run.id,
      wireAddress: apartness.wireAddress,
      migrate: migrator(work),
      ...(migrations.hasDown && work.kind === 'task'
        ? { undo: repeated(migrator({ ...work, isUndo: true }), pending?.length ?? 1) }
        : {}),
      historyTables: migrations.historyTables,
      pending: (inspector) => pendingIn(inspector, migrations),
      say,
      signal: context.signal,
    }
    const rehearsed = await rehearse(stage, { off: rehearsal.off, clients })
    const content = contentDigest(release, rehearsal.migrations, pending)
    const unkept = apartness.isEnforced ? [] : [apartness.sentence]
    return await record(context, rehearsal, run, rehearsed, { content, identity }, unkept)
  } catch (thrown) {
    const error = context.signal.aborted ? new Error('It was interrupted before its end.') : thrown
    await endUnstarted(context, target, run, error)
    return { ...nothingKnown, database: rehearsal.production.name, ...neverPlayed(error) }
  }
}

/** A tool's way back is of one migration; the rehearsal was of all that were pending. */
function repeated(once: Migrate, times: number): Migrate {
  return async (url, signal) => {
    let end = await once(url, signal)
    for (let done = 1; done < times && end.code === 0; done += 1) {
      const { ms } = end
      end = await once(url, signal)
      end = { ...end, ms: end.ms + ms }
    }
    return end
  }
}

/** What a tool asks of its own history means something else each time that it has run. */
function isAboutHistory(text: string, historyTables: readonly string[]): boolean {
  return historyTables.some((table) => text.includes(table.slice(table.lastIndexOf('.') + 1)))
}

function unseenWithout({ what, grant }: Lacking): string {
  return `What clients have sent lately can't be seen without ${what}. In production's database: ${grant}.`
}

/** Every clone is made like the one before, which need not be told again. */
function sayOnce(say: (sentence: string) => void): (sentence: string) => void {
  const said = new Set<string>()
  return (sentence) => {
    if (!said.has(sentence)) say(sentence)
    said.add(sentence)
  }
}

/** What production tells of its clients and of the migrations that it has. */
async function askProduction({ production, migrations }: Rehearsal) {
  await using inspector = await inspectProduction(production)
  const found = await inspector.clientStatements(mostStatements)
  const clients: Wished['clients'] =
    'grant' in found
      ? { unseen: unseenWithout(found) }
      : found.filter(({ text }) => !isAboutHistory(text, migrations.historyTables))
  return { clients, pending: await pendingIn(inspector, migrations) }
}

const nothingKnown = { content: '', startingSchema: '', identity: '' }

async function record(
  context: Context,
  { production, policy }: Rehearsal,
  run: Run,
  { evidence, startingSchema }: Rehearsed,
  known: Pick<RehearsalRecord, 'content' | 'identity'>,
  unkept: readonly string[],
): Promise<RehearsalRecord> {
  const { verdict, findings, gaps } = judge(evidence, policy, new Date(context.now()))
  const { trace } = evidence
  return {
    verdict,
    database: production.name,
    ...known,
    startingSchema,
    findings,
    gaps: [...gaps, ...unkept],
    passes: evidence.passes,
    ...(trace === undefined ? {} : { envelope: envelopeOf(trace) }),
    evidence: await keepEvidence(context, run.id, asJson(evidence)),
  }
}

/** Nothing that was begun may be left on record as at work. */
async function endUnstarted(
  context: Context,
  { ledger }: RecordedTarget,
  run: Run,
  error: unknown,
): Promise<void> {
  const why = reasonOf(error)
  await advanceRun(context, ledger, run.id, (now) =>
    now.status === 'starting'
      ? { kind: 'ended', outcome: { end: 'unstartable', why }, endedAt: context.now() }
      : undefined,
  )
}

function neverPlayed(error: unknown) {
  const remedy = error instanceof PurserError ? ` ${error.remedy}` : ''
  return {
    verdict: 'not-rehearsed',
    findings: [],
    gaps: [`${reasonOf(error)}${remedy}`],
    passes: [],
  } as const
}
