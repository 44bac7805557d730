import { PurserError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { createRedactor } from '../core/redaction/redactor.ts'
import type { Secret } from '../core/redaction/secret.ts'
import { secretsOf } from '../core/redaction/secrets.ts'
import type { Release } from '../environment/release.ts'
import type { Question } from '../executors/executor.ts'
import type { Target } from './context.ts'

/** Asks a release. What it says, also of its own failure, is the tasks' and the validators' words: it is redacted. */
export async function* askRelease(
  { executor, settings }: Pick<Target, 'executor' | 'settings'>,
  release: Release,
  question: Question,
  signal: AbortSignal,
  secrets: readonly Secret[] = [],
): AsyncIterable<Json> {
  const ofApp = secretsOf(await executor.variables(release), settings.secrets ?? [])
  const redactor = createRedactor([...ofApp, ...secrets])
  try {
    for await (const answer of executor.ask(release, question, signal)) yield redactor.json(answer as Json)
  } catch (error) {
    if (!(error instanceof PurserError)) throw error
    const { code, message, remedy, exitCode } = error
    throw new PurserError(code, { message: redactor.text(message), remedy, exitCode })
  }
}
