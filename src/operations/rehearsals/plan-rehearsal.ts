import type { Release } from '../../environment/release.ts'
import type { RehearsalPolicy } from '../../migrations/rehearsal/policy.ts'
import type { MigrationSet } from '../../migrations/tools/migration-set.ts'
import type { RunRequest } from '../../runs/events.ts'
import type { PassName } from '../../runs/rehearsal.ts'
import { notConfigured } from '../clones/open-cloner.ts'
import type { Context, Target } from '../context.ts'
import { describeRequest } from '../start-run/describe-request.ts'
import { type Plan, planRun } from '../start-run/plan-run.ts'
import { askForMigrations } from './migration-subject.ts'
import { rehearsalPolicy } from './policy.ts'
import { type Production, productionOf } from './production.ts'
import type { RehearsalWish } from './wish.ts'

/** What is going to be rehearsed, and how. */
export interface Rehearsal {
  readonly plan: Plan
  readonly request: RunRequest
  readonly production: Production
  readonly migrations: MigrationSet
  readonly policy: RehearsalPolicy
  readonly off: ReadonlySet<PassName>
}

/**
 * Resolves the migration against the release that was read. Throws `TASK_NO_MIGRATION`, `CLONE_NOT_CONFIGURED`,
 * `WIRE_NO_VARIABLE` and what a run's plan throws.
 */
export async function planRehearsal(
  context: Context,
  target: Target,
  release: Release,
  wish: RehearsalWish,
): Promise<Rehearsal> {
  const what = { task: wish.task, words: {}, parameters: {} }
  const asRun = { ...wish, what, timeoutMs: undefined }
  const plan = await planRun(context, target, release, asRun)
  const production = await productionOf(context, target, release, plan.task)
  if (production.wiring.clones === undefined) throw notConfigured(target.environment)
  const { settings } = target
  const policy = rehearsalPolicy(settings.rehearsal)
  return {
    plan,
    request: { ...describeRequest(context, target, release, plan, asRun), isRehearsal: true },
    production,
    migrations: await askForMigrations(context, target, release, production.task),
    policy: wish.mode === undefined ? policy : { ...policy, mode: wish.mode },
    off: new Set([...(settings.rehearsal?.off ?? []), ...wish.off]),
  }
}
