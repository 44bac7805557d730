import type { Release } from '../../environment/release.ts'
import type { Gate, Needless } from '../../gates/gate.ts'
import { type KnownRehearsal, rehearsalGate, type Weighed } from '../../gates/rehearsal.ts'
import { openCloner } from '../clones/open-cloner.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { askForMigrations, contentDigest, pendingIn, whyNeedless } from '../rehearsals/migration-subject.ts'
import { rehearsalPolicy } from '../rehearsals/policy.ts'
import { inspectProduction, productionOf } from '../rehearsals/production.ts'
import { readRun } from '../runs/find-run.ts'
import type { Plan } from '../start-run/plan-run.ts'

/** Whether a plan is a migration of a database that can be cloned, in an environment that wants it rehearsed. */
export function needsRehearsal({ settings }: RecordedTarget, { task }: Pick<Plan, 'task'>): boolean {
  if (task?.kind !== 'migration' || task.database === undefined) return false
  if (settings.rehearsal?.gate === 'off') return false
  return settings.databases?.[task.database]?.clones !== undefined || settings.rehearsal?.gate === 'required'
}

/** The gate of a migration that needs a rehearsal. Everything is read anew each time that it is asked. */
export function gateOfRehearsal(
  context: Context,
  target: RecordedTarget,
  release: Release,
  plan: Plan,
): Gate {
  return rehearsalGate(() => readForGate(context, target, release, plan))
}

/** What is asked, what is known and how old that may be, all as of now; or that nothing is pending. */
export async function readForGate(
  context: Context,
  target: RecordedTarget,
  release: Release,
  plan: Plan,
): Promise<Weighed | Needless> {
  const { environment, settings } = target
  const production = await productionOf(context, target, release, plan.task)
  const { name: task } = production.task
  const migrations = await askForMigrations(context, target, release, production.task)
  await using inspector = await inspectProduction(production)
  const pending = await pendingIn(inspector, migrations)
  const needless = whyNeedless(task, production.name, release, migrations, pending)
  if (needless !== undefined) return { needless }
  await using cloner = await openCloner(context, target, production.name)
  const { schema, identity } = await cloner.standing()
  const content = contentDigest(release, migrations, pending)
  const subject = { database: production.name, content, startingSchema: schema, identity }
  return {
    asked: { task, environment, subject, release: release.digest },
    known: await knownRehearsals(target, task, production.name),
    freshness: { maxAgeMs: rehearsalPolicy(settings.rehearsal).maxAgeMs, now: context.now() },
  }
}

/** Every rehearsal of this task that has a verdict. */
async function knownRehearsals(
  { ledger, environment, service }: RecordedTarget,
  task: string,
  database: string,
): Promise<readonly KnownRehearsal[]> {
  const known: KnownRehearsal[] = []
  for (const id of await ledger.find({ limit: mostRuns })) {
    const { request, rehearsal: record, rehearsedAt: at } = await readRun(ledger, id)
    const isIt = request.task === task && request.environment === environment && request.service === service
    if (!isIt || record === undefined || at === undefined || record.database !== database) continue
    known.push({ run: id, release: request.release.digest, at, record })
  }
  return known
}

// Older ones than that are too old by any policy that anybody would write.
const mostRuns = 2_000
