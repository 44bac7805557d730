import { exitCodes, PurserError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { createRedactor } from '../../core/redaction/redactor.ts'
import { type Secret, secretsOf } from '../../core/redaction/secrets.ts'
import { list } from '../../core/text.ts'
import type { DatabaseWiring } from '../../databases/database.ts'
import type { Reference } from '../../environment/reference.ts'
import type { BatchOrder, DatabasePlace, QueuePlace, SecretPlace, Work } from '../../executors/executor.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import type { Target } from '../context.ts'
import { dereference } from '../releases/dereference.ts'
import { isSecret } from './secret-parameters.ts'
import type { WishedBatch } from './wish.ts'

/** What a batch's lead is told. Throws `BATCH_NO_DATABASE`, `PARAMETERS_INVALID`, `USAGE`. */
export function planBatch(
  target: Target,
  task: TaskEntry,
  parameters: JsonObject,
  secrets: readonly Secret[],
  { folders, ...wished }: WishedBatch & { readonly folders: readonly string[] },
): BatchOrder {
  refuseSecrets(task, parameters, secrets)
  const { workers, ...rest } = wished
  const wiring = target.settings.databases?.[task.database ?? '']
  if (wiring === undefined) throw noDatabase(task, target)
  return {
    ...rest,
    folders,
    workers: workers === undefined ? 1 : 0,
    database: databasePlace(wiring),
    ...queuePlace(target),
  }
}

/** What a worker is told. Throws `BATCH_NO_DATABASE`. */
export function planWorker(
  target: Target,
  folders: readonly string[],
  batch: string | undefined,
): Extract<Work, { kind: 'worker' }> {
  const databases = Object.values(target.settings.databases ?? {}).map(databasePlace)
  if (databases.length === 0) throw noDatabases(target)
  return {
    kind: 'worker',
    folders,
    worker: { databases, ...queuePlace(target), ...(batch === undefined ? {} : { batch }) },
  }
}

/** What a task that is no batch can't be told. */
export function refuseBatchWords({ name }: TaskEntry): PurserError {
  return new PurserError('NOT_A_BATCH', {
    message: `Task "${name}" is no batch, so that workers, canaries and dry runs mean nothing to it.`,
    remedy: 'Leave out `--workers`, `--canary` and `--dry-run`.',
  })
}

/** Parameters of a batch lie in its database for as long as it takes: no place for secrets. */
function refuseSecrets(task: TaskEntry, parameters: JsonObject, secrets: readonly Secret[]): void {
  const redacted = createRedactor(secrets).json(parameters) as JsonObject
  const secret = Object.keys(parameters).filter(
    (name) => isSecret(task, name) || JSON.stringify(redacted[name]) !== JSON.stringify(parameters[name]),
  )
  if (secret.length === 0) return
  throw new PurserError('PARAMETERS_INVALID', {
    message: `Batch "${task.name}" was given a secret as ${list(secret)}: its parameters are kept in the database, where its workers read them.`,
    remedy: "Let the task read the secret from the release's own variables.",
  })
}

function databasePlace({ kind, url }: DatabaseWiring): DatabasePlace {
  return { kind, url: secretPlace(url) }
}

function queuePlace({ settings: { queue } }: Target): { readonly queue?: QueuePlace } {
  if (queue === undefined) return {}
  const { kind, settings, url } = queue
  return { queue: { kind, settings, ...(url === undefined ? {} : { url: secretPlace(url) }) } }
}

/** A variable is read in the twin; a file is on this machine, and its content goes along in memory. */
function secretPlace(reference: Reference): SecretPlace {
  return 'variable' in reference ? reference : { value: dereference(reference, new Map()) }
}

/** What must not be seen of a queue's URL that stands in a file. */
export function queueSecrets({ settings: { queue } }: Target): readonly Secret[] {
  const url = queue?.url
  if (url === undefined || 'variable' in url) return []
  const name = "the queue's URL"
  return secretsOf(new Map([[name, dereference(url, new Map())]]), [name])
}

function noDatabase({ name, database }: TaskEntry, { environment }: Target): PurserError {
  return new PurserError('BATCH_NO_DATABASE', {
    message: `Batch "${name}" changes the database "${database}", which environment "${environment}" does not have.`,
    remedy: `Add it to the configuration, under environments.${environment}.databases.`,
  })
}

function noDatabases({ environment }: Target): PurserError {
  return new PurserError('BATCH_NO_DATABASE', {
    message: `Environment "${environment}" has no databases, and so no batches to work on.`,
    remedy: `Add them to the configuration, under environments.${environment}.databases.`,
    exitCode: exitCodes.usage,
  })
}
