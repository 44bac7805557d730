import { PurserError, type Refusal } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { createRedactor } from '../core/redaction/redactor.ts'
import type { Secret } from '../core/redaction/secret.ts'
import { secretsOf } from '../core/redaction/secrets.ts'
import type { Release } from '../environment/release.ts'
import type { Work } from '../executors/executor.ts'
import type { ReleaseRecord, RunRequest } from '../runs/events.ts'
import { typedParameters } from '../tasks/parameters/typed.ts'
import type { Argv, OutputMode, TaskEntry } from '../tasks/task.ts'
import { checkParameters } from './check-parameters.ts'
import type { Context, Target } from './context.ts'
import { readManifest } from './read-manifest.ts'
import { resolveTask } from './resolve-task.ts'
import { secretParameters, withoutSecrets } from './secret-parameters.ts'
import { ignoredVariables } from './shell-variables.ts'

/** What was typed. */
export interface Wish {
  readonly environment: string | undefined
  readonly service: string | undefined
  readonly what:
    | {
        readonly task: string
        readonly words: Readonly<Record<string, string>>
        readonly parameters: JsonObject
      }
    | { readonly argv: Argv }
  readonly reason: string | undefined
  /** Overrides the task's own. */
  readonly timeoutMs: number | undefined
}

/** What is going to be done, and what must not be seen of it. */
export interface Plan {
  readonly task: TaskEntry | undefined
  readonly work: Work
  readonly parameters: JsonObject
  readonly secrets: readonly Secret[]
  readonly output: OutputMode
  readonly graceMs: number
  readonly timeoutMs?: number
  readonly notices: readonly string[]
  /** Why it will not be done after all. */
  readonly refusal?: Refusal
}

const adHocGraceMs = 10_000

/** Resolves the task and its parameters against the release that was read. */
export async function planRun(context: Context, target: Target, release: Release, wish: Wish): Promise<Plan> {
  const variables = await target.executor.variables(release)
  const secrets = secretsOf(variables, target.settings.secrets ?? [])
  const ignored = ignoredVariables(context.shell, variables, databaseVariables(target))
  const notices = [...release.notices, ...(ignored === undefined ? [] : [ignored])]
  const timeout = wish.timeoutMs === undefined ? {} : { timeoutMs: wish.timeoutMs }
  if ('argv' in wish.what) {
    const work = { kind: 'command', argv: wish.what.argv } as const
    const typed = secretsOf(new Map(wish.what.argv.map((word, at) => [`argument ${at}`, word])), [])
    const adHoc = { task: undefined, parameters: {}, output: 'split', graceMs: adHocGraceMs } as const
    return { ...adHoc, work, secrets: [...secrets, ...typed], notices, ...timeout }
  }
  const { words, parameters: given } = wish.what
  const task = resolveTask(await readManifest(context, target, release), wish.what.task)
  checkService(task, target)
  const parameters = { ...given, ...typedParameters(words, task.parameters) }
  const hidden = [...secrets, ...secretParameters(task, parameters)]
  const refusal = await checkParameters(target, release, task, parameters, hidden, context.signal)
  return {
    task,
    parameters,
    work: { kind: 'task', file: task.file, parameters, ...databaseVariable(task, target) },
    secrets: hidden,
    output: task.output,
    graceMs: task.graceMs,
    notices,
    ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
    ...timeout,
    ...(refusal === undefined ? {} : { refusal }),
  }
}

/** The request as the ledger keeps it. */
export function describeRequest(
  { actor, host, self }: Context,
  { environment, service }: Target,
  release: Release,
  { task, parameters, work, secrets, notices }: Plan,
  { reason }: Wish,
): RunRequest {
  const redactor = createRedactor(secrets)
  return {
    environment,
    service,
    task: task?.name ?? (work.kind === 'command' ? redactor.text(work.argv.join(' ')) : ''),
    kind: task?.kind ?? 'ad-hoc',
    parameters: redactor.json(task === undefined ? {} : withoutSecrets(task, parameters)) as JsonObject,
    actor,
    origin: { host, starter: self },
    release: recordRelease(release),
    notices,
    ...(reason === undefined ? {} : { reason: redactor.text(reason) }),
  }
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

function databaseVariables({ settings }: Target): string[] {
  return Object.values(settings.databases ?? {}).flatMap(({ url }) =>
    'variable' in url ? [url.variable] : [],
  )
}

function databaseVariable({ database, name }: TaskEntry, { settings, environment }: Target) {
  if (database === undefined) return {}
  const wiring = settings.databases?.[database]
  if (wiring === undefined) {
    throw new PurserError('CONFIG_INVALID', {
      message: `Task "${name}" changes the database "${database}", which environment "${environment}" does not have.`,
      remedy: `Add it to the configuration, under environments.${environment}.databases.`,
    })
  }
  return 'variable' in wiring.url ? { databaseVariable: wiring.url.variable } : {}
}

function checkService({ name, service }: TaskEntry, target: Target): void {
  if (service === undefined || service === target.service) return
  throw new PurserError('SERVICE_UNKNOWN', {
    message: `Task "${name}" belongs to the service "${service}", and the run is for "${target.service}".`,
    remedy: `Run it with \`--service ${service}\`.`,
  })
}
