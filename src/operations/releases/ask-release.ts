import { PurserError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { createRedactor } from '../../core/redaction/redactor.ts'
import type { Secret } from '../../core/redaction/secrets.ts'
import type { Release } from '../../environment/release.ts'
import type { Question } from '../../executors/executor.ts'
import type { Target } from '../context.ts'
import { environmentSecrets } from './environment-secrets.ts'

/** Whom a question goes to, until when an answer is wanted, and what must not be seen in it beside the app's secrets. */
export interface Inquiry {
  readonly target: Pick<Target, 'executor' | 'settings'>
  readonly release: Release
  readonly signal: AbortSignal
  readonly secrets: readonly Secret[]
}

/**
 * Asks a release. What it says, also of its own failure, is the tasks' and the validators' words: it is redacted.
 * Throws `RELEASE_SIDE_FAILED`.
 */
export async function* askRelease(
  { target: { executor, settings }, release, signal, secrets }: Inquiry,
  question: Question,
): AsyncIterable<Json> {
  const ofApp = environmentSecrets(await executor.variables(release), settings)
  const redactor = createRedactor([...ofApp, ...secrets])
  try {
    for await (const answer of executor.ask(release, question, signal)) yield redactor.json(answer as Json)
  } catch (error) {
    if (!(error instanceof PurserError)) throw error
    const { code, message, remedy, exitCode } = error
    throw new PurserError(code, { message: redactor.text(message), remedy, exitCode })
  }
}
