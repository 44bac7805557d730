import type { JsonObject } from '../../core/json.ts'
import { createRedactor } from '../../core/redaction/redactor.ts'
import type { Release } from '../../environment/release.ts'
import type { ReleaseRecord, RunRequest } from '../../runs/events.ts'
import type { Context, Target } from '../context.ts'
import type { Plan } from './plan-run.ts'
import { withoutSecrets } from './secret-parameters.ts'
import type { Wish } from './wish.ts'

/** The request as the ledger keeps it. */
export function describeRequest(
  { actor, host, self }: Context,
  { environment, service }: Target,
  release: Release,
  { task, parameters, work, secrets, notices, differs }: Plan,
  { reason, breakGlass }: Wish,
): RunRequest {
  const redactor = createRedactor(secrets)
  return {
    environment,
    service,
    task: task?.name ?? (work.kind === 'command' ? redactor.text(work.argv.join(' ')) : 'worker'),
    kind: task?.kind ?? (work.kind === 'worker' ? 'worker' : 'ad-hoc'),
    ...batchOf({ task, work }),
    parameters: redactor.json(task === undefined ? {} : withoutSecrets(task, parameters)) as JsonObject,
    actor,
    origin: { host, starter: self },
    release: recordRelease(release),
    notices: [
      ...notices,
      ...declaredSkews(release, differs),
      ...brokenGlass(redactor.text(breakGlass ?? '')),
    ],
    ...(reason === undefined ? {} : { reason: redactor.text(reason) }),
    ...(breakGlass === undefined ? {} : { breakGlass: redactor.text(breakGlass) }),
  }
}

function batchOf({ task, work }: Pick<Plan, 'task' | 'work'>): Pick<RunRequest, 'batch'> {
  if (work.kind === 'worker')
    return work.worker.batch === undefined ? {} : { batch: { id: work.worker.batch } }
  if (work.kind === 'command' || work.batch === undefined) return {}
  const { id, isDryRun } = work.batch
  return {
    batch: {
      ...(isDryRun === true ? { isDryRun } : {}),
      ...(id === undefined ? {} : { id }),
      ...(task?.database === undefined ? {} : { database: task.database }),
    },
  }
}

/** An emergency is never silent. */
function brokenGlass(why: string): string[] {
  return why === '' ? [] : [`The glass was broken: no rehearsal was asked for, since ${why}`]
}

/** A skew that somebody meant. */
function declaredSkews({ skews }: Release, differs: ReadonlyMap<string, string>): string[] {
  return skews.flatMap(({ kind, message }) =>
    differs.has(kind) ? [`${message} Declared: ${differs.get(kind)}`] : [],
  )
}

function recordRelease({ digest, instances }: Release): ReleaseRecord {
  return {
    digest,
    instances: instances.map(({ id, facts }) => ({
      id,
      facts: Object.fromEntries(
        [...facts].map(([name, fact]) => [name, 'value' in fact ? fact.value : `unseen: ${fact.unseen}`]),
      ),
    })),
  }
}
